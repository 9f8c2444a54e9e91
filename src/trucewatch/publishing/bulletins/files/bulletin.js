// Comforts only: every page is whole without them. Nothing is fetched, kept or sent.
"use strict";
(() => {
  for (const block of document.querySelectorAll(".copy")) {
    if (!navigator.clipboard) break;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(block.textContent.trim());
        button.textContent = "Copied";
      } catch {
        button.textContent = "Select the text and copy it";
      }
    });
    block.after(button);
  }
  const list = document.querySelector(".rows");
  const rows = list ? [...list.querySelectorAll(".row")] : [];
  if (rows.length > 5) {
    const label = document.createElement("label");
    label.className = "seek";
    const field = document.createElement("input");
    field.type = "search";
    field.dir = "auto";
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const count = document.createElement("output");
    label.append("Find on this page ", field, " ", count);
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, at) => {
        row.hidden = !words.every((word) => texts[at].includes(word));
        shown += !row.hidden;
      });
      count.textContent = words.length ? `${shown} of ${rows.length}` : "";
    });
    list.before(label);
  }
})();
