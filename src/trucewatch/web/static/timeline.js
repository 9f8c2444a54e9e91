// The overview's timeline: incidents by day as bars, those contradicted apart; dragging over days chooses them.
// It draws what it is given and says what was chosen. Which incidents those are, and what a choice means, is the page's.
const DAY = 86400;
const HEIGHT = 130;
const LONGEST = 3660; // days; what lies before is left out
const dark = matchMedia("(prefers-color-scheme: dark)");
const stamp = (day) => Date.parse(`${day}T00:00:00Z`) / 1000;
const iso = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** One column a day from the first to the last of `span`, without gaps: all, and those contradicted. */
function columns(days, [first, last]) {
  const counts = new Map();
  for (const [day, disputed] of days) {
    const [all, apart] = counts.get(day) || [0, 0];
    counts.set(day, [all + 1, apart + (disputed ? 1 : 0)]);
  }
  const [x, all, apart] = [[], [], []];
  for (let at = Math.max(first, last - LONGEST * DAY); at <= last; at += DAY) {
    const [one, other] = counts.get(iso(at)) || [0, 0];
    x.push(at);
    all.push(one || null); // a day without one has no bar, not a flat one
    apart.push(other || null);
  }
  return [x, all, apart];
}

function options(uPlot, width, chosen) {
  const axis = { stroke: ink("--soft"), grid: { stroke: ink("--line"), width: 1 }, ticks: { stroke: ink("--line"), width: 1 } };
  const named = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  const year = (at) => new Date(at * 1000).getUTCFullYear();
  const label = (_, splits) => splits.map((at, n) => named.format(at * 1000) + (n && year(at) === year(splits[n - 1]) ? "" : ` ${year(at)}`));
  const bars = uPlot.paths.bars({ size: [0.8, 24], align: 0 });
  const series = (name, colour, fill) => ({ label: name, stroke: colour, fill, width: 1, paths: bars, points: { show: false } });
  return {
    width,
    height: HEIGHT,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    cursor: { drag: { x: true, y: false, setScale: false }, y: false },
    legend: { show: false },
    scales: { x: { range: (_, least, most) => [least - DAY, most + DAY] }, y: { range: (_, __, most) => [0, Math.max(most || 1, 2)] } },
    axes: [{ ...axis, values: label, space: 70, incrs: [1, 2, 7, 14, 28, 91, 182, 365].map((n) => n * DAY) }, { ...axis, size: 42, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] }],
    series: [{}, series("incidents", ink("--soft"), ink("--strong")), series("contradicted", ink("--risk"), ink("--risk"))],
    hooks: { setSelect: [chosen] },
  };
}

/**
 * Opens the timeline in `holder`. `days` are all days as [day, contradicted]; `onChoice(from, until)` hears of a drag.
 * Gives `show(days)`, which draws others on the same axis, and `mark(from, until)`; null where no day is known.
 */
export async function openTimeline(holder, days, onChoice) {
  const { default: uPlot } = await import("./vendor/uplot/uPlot.esm.js");
  const known = days.map(([day]) => day).sort();
  if (!known.length) return null;
  const span = [stamp(known[0]), stamp(known.at(-1))];
  let [plot, shown, marked, waiting] = [null, days, [null, null], 0];

  function mark(from, until) {
    marked = [from, until];
    if (!from && !until) return plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const left = from ? plot.valToPos(stamp(from) - DAY / 2, "x") : 0;
    const right = until ? plot.valToPos(stamp(until) + DAY / 2, "x") : plot.over.clientWidth;
    plot.setSelect({ left, top: 0, width: Math.max(right - left, 1), height: plot.over.clientHeight }, false);
  }
  function chosen({ select: { left, width } }) {
    if (width < 2) return;
    const [from, until] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    onChoice(iso(from + DAY / 2), iso(until + DAY / 2));
  }
  function build() {
    plot?.destroy();
    plot = new uPlot(options(uPlot, holder.clientWidth - 6, chosen), columns(shown, span), holder);
    mark(...marked);
  }
  function show(others) {
    shown = others;
    plot.setData(columns(shown, span));
    mark(...marked);
    holder.dataset.shown = String(shown.length);
  }
  build();
  new ResizeObserver(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => {
      plot.setSize({ width: holder.clientWidth - 6, height: HEIGHT });
      mark(...marked);
    });
  }).observe(holder);
  dark.addEventListener("change", build);
  return { show, mark };
}
