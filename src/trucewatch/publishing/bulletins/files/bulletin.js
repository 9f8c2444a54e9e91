// Comforts only: every page is whole without them. Nothing is kept or sent, and only the bulletin's own index is loaded.
"use strict";
(() => {
  const made = (name, facts = {}, ...inside) => {
    const element = Object.assign(document.createElement(name), facts);
    element.append(...inside);
    return element;
  };
  const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (text, words) => words.every((word) => text.includes(word));

  for (const block of navigator.clipboard ? document.querySelectorAll(".copy") : []) {
    const button = made("button", { type: "button", textContent: "Copy" });
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

  const seek = (label, answer) => {
    const field = made("input", { type: "search", dir: "auto" });
    const count = made("output");
    field.addEventListener("input", () => { count.textContent = answer(wordsOf(field.value)); });
    return [made("label", { className: "seek" }, label, " ", field, " ", count), field];
  };

  const whole = document.querySelector(".all");
  if (whole) {
    const most = 100;
    const found = made("ol", { className: "rows" });
    found.setAttribute("role", "list");
    const root = whole.dataset.index.replace(/index\.js$/, "");
    const row = ([address, headline, quote, who]) => made("li", { className: "row" },
      made("p", { className: "what" }, made("a", { href: root + address, textContent: headline, dir: "auto" })),
      ...(quote ? [made("blockquote", { textContent: quote, dir: "auto" }), made("p", { className: "by", textContent: who, dir: "auto" })] : []));
    let texts = null;
    const [label, field] = seek("Find among all incidents", (words) => {
      found.replaceChildren();
      if (!words.length || !window.bulletinIndex) return "";
      texts ??= window.bulletinIndex.map((line) => line.slice(1).join(" ").toLowerCase());
      const hits = window.bulletinIndex.filter((_, at) => fits(texts[at], words));
      found.append(...hits.slice(0, most).map(row));
      return `${hits.length} found${hits.length > most ? `, the first ${most} shown` : ""}`;
    });
    field.addEventListener("focus", () => {
      const script = made("script", { src: whole.dataset.index });
      script.addEventListener("load", () => field.dispatchEvent(new Event("input")));
      document.head.append(script);
    }, { once: true });
    whole.append(label, found);
  }

  const list = whole ? null : document.querySelector("main .rows");
  const rows = list ? [...list.querySelectorAll(".row")] : [];
  if (rows.length > 5) {
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const [label] = seek("Find on this page", (words) => {
      let shown = 0;
      rows.forEach((row, at) => {
        row.hidden = !fits(texts[at], words);
        shown += !row.hidden;
      });
      return words.length ? `${shown} of ${rows.length}` : "";
    });
    list.before(label);
  }
})();
