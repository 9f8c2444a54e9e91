"use strict";
(() => {
  const marks = ["e", "p", "a", "r", "i", "h", "s", "q", "c", "l", "t"].map((letter) => "on-" + letter);
  let motion = "instant"; // until the page has settled

  const clear = () => {
    document.querySelectorAll(".on").forEach((item) => { item.classList.remove("on"); item.removeAttribute("aria-current"); });
    document.querySelectorAll("[data-m]").forEach((words) => words.classList.remove(...marks));
  };
  const choose = (item) => {
    clear();
    if (item.closest("[hidden]")) unsift();
    item.classList.add("on");
    item.setAttribute("aria-current", "true");
    const report = item.closest(".report");
    for (const token of item.dataset.on.split(" ")) {
      report.querySelectorAll(`[data-m~="${token}"]`).forEach((words) => words.classList.add("on-" + token[0]));
    }
  };
  const unsift = () => {
    for (const name of ["pick", "find"]) { const input = document.getElementById(name); input.value = ""; input.dispatchEvent(new Event("input")); }
  };
  const reveal = (item) => item.scrollIntoView({ block: "nearest", behavior: motion });
  const toWords = (item) => {
    const link = item.querySelector("a.no, a.go");
    const words = link && document.getElementById(link.hash.slice(1));
    if (words) words.scrollIntoView({ block: "center", behavior: motion });
  };
  const follow = (hash) => {
    const found = hash.match(/^#(r\d+)([ewck])(\d+)$/);
    if (!found) return false;
    const item = document.getElementById(found[1] + ({ w: "e", k: "c" }[found[2]] || found[2]) + found[3]);
    if (!item) return false;
    choose(item);
    if (found[2] === "w" || found[2] === "k") toWords(item);
    else { item.focus({ preventScroll: true }); reveal(item); toWords(item); }
    return true;
  };
  // among the events whose words were clicked, the one after the chosen one: clicking again goes round
  const itemOf = (words) => {
    const report = words.closest(".report").id;
    const tokens = words.dataset.m.split(" ");
    const keys = (letters, kind) => tokens.filter((t) => letters.includes(t[0])).map((t) => document.getElementById(report + kind + (Number(t.slice(1)) + 1)));
    const parts = keys("parih", "e");
    const items = [...new Set([...(parts.length ? parts : keys("e", "e")), ...keys("sqc", "c")])].filter(Boolean);
    return items[(items.findIndex((item) => item.classList.contains("on")) + 1) % items.length];
  };
  document.addEventListener("click", (event) => {
    if (getSelection().toString()) return;
    const link = event.target.closest("a[href^='#r']");
    if (link) {
      if (follow(link.hash)) { event.preventDefault(); history.replaceState(null, "", link.hash); }
      return;
    }
    if (event.target.closest("a, summary, input, select, label")) return;
    const item = event.target.closest("[data-on]");
    if (item) { choose(item); toWords(item); return; }
    const words = event.target.closest(".text [data-m]");
    const chosen = words && itemOf(words);
    if (chosen) { choose(chosen); reveal(chosen); }
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") clear(); });
  addEventListener("hashchange", () => follow(location.hash));
  const filters = document.querySelector(".filters");
  if (filters) {
    filters.hidden = false;
    const pick = document.getElementById("pick"), find = document.getElementById("find"), found = document.getElementById("found");
    const reports = [...document.querySelectorAll(".report")].map((report) => [report, report.textContent.toLowerCase()]);
    const sift = () => {
      const wanted = find.value.trim().toLowerCase();
      let shown = 0;
      for (const [report, text] of reports) {
        report.hidden = (pick.value && report.id !== pick.value) || !text.includes(wanted);
        shown += report.hidden ? 0 : 1;
      }
      found.textContent = shown === reports.length ? "" : `${shown} of ${reports.length} shown`;
    };
    pick.addEventListener("input", sift);
    find.addEventListener("input", sift);
  }
  if (location.hash) follow(location.hash);
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) motion = "smooth";
})();
