// The review page's keys. Each presses a button or follows a link that is there without them.
const help = document.getElementById("help");
const keys = document.getElementById("keys");
if (keys) {
  keys.hidden = false;
  keys.addEventListener("click", () => help.showModal());
}

function open(name) {
  const part = document.getElementById(name);
  if (!part) return;
  part.open = true;
  part.scrollIntoView({ block: "nearest" });
  part.querySelector("select, input:not([type=hidden]), textarea")?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open]");
  if (!link) return;
  event.preventDefault();
  open(link.dataset.open);
});

let pressed = false;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || help?.open) return;
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
  if (typing) {
    if (event.key === "Escape") typing.blur();
    return;
  }
  if (event.key === "o") return document.getElementById("words")?.click();
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!found || pressed) return;
  event.preventDefault();
  pressed = Boolean(found.form);
  found.click();
});
addEventListener("pageshow", () => (pressed = false));

const field = document.getElementById("field");
function fill() {
  const chosen = field.selectedOptions[0];
  document.getElementById("value").value = chosen.dataset.value;
  document.getElementById("allowed").textContent = chosen.dataset.allowed;
}
if (field) {
  field.addEventListener("change", fill);
  fill();
}
document.querySelector(".queue [aria-current]")?.scrollIntoView({ block: "nearest" });
