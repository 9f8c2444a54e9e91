// A report's page: choosing an event or claim marks the words it rests on, and choosing marked words finds the event.
const lists = document.querySelectorAll("[data-on]");
const pieces = [...document.querySelectorAll(".text [data-m]")];
const LETTERS = "eparihsqclt";

function clear() {
  for (const item of document.querySelectorAll(".event.on, .claim.on, .at.on")) item.classList.remove("on");
  for (const piece of pieces) for (const letter of LETTERS) piece.classList.remove(`on-${letter}`);
}

function choose(item) {
  clear();
  item.classList.add("on");
  const wanted = new Set(item.dataset.on.split(" "));
  for (const piece of pieces)
    for (const token of piece.dataset.m.split(" ")) if (wanted.has(token)) piece.classList.add(`on-${token[0]}`);
}

for (const item of lists) {
  item.addEventListener("click", (event) => {
    if (!event.target.closest("details, a:not(.no)")) choose(item);
  });
}

for (const piece of pieces) {
  piece.addEventListener("click", (event) => {
    if (event.target.closest("a") || String(getSelection())) return;
    const token = piece.dataset.m.split(" ").filter((one) => one[0] === "p" || one[0] === "e").pop();
    const item = token && document.getElementById(`event-${Number(token.slice(1)) + 1}`);
    if (!item) return;
    choose(item);
    item.scrollIntoView({ block: "nearest" });
  });
}

function arrived() {
  const name = decodeURIComponent(location.hash.slice(1));
  const item = document.querySelector(`[data-event="${CSS.escape(name)}"]`) || document.getElementById(name);
  if (!item || !item.dataset.on) return;
  choose(item);
  if (item.dataset.event === name) item.scrollIntoView({ block: "nearest" });
  document.getElementById(name)?.scrollIntoView({ block: "center" });
}
addEventListener("hashchange", arrived);
arrived();
