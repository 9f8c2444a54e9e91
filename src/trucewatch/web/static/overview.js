// The overview with a script: map and timeline linked with the list. Without it the form and the list do all of it but the picture.
const picture = document.getElementById("picture");
const dark = matchMedia("(prefers-color-scheme: dark)");
const theme = () => (dark.matches ? "dark" : "light");
const state = { all: null, apart: [], map: null, plot: null, days: [], chosen: null, timer: 0, asking: null, moved: false };

/** The address of the view as it stands, with some of its parameters changed; null drops one. */
function address(changes) {
  const query = new URLSearchParams(location.search);
  query.delete("page");
  for (const [name, value] of Object.entries(changes)) value === null ? query.delete(name) : query.set(name, value);
  return `${location.pathname}${query.size ? `?${query}` : ""}`;
}

/** Shows the list of another address without leaving the page. */
async function list(target) {
  history.replaceState(null, "", target);
  state.asking?.abort();
  state.asking = new AbortController();
  try {
    const answer = await fetch(target, { signal: state.asking.signal, headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = found.getElementById("results");
    if (!fresh) return;
    document.getElementById("results").replaceWith(document.adoptNode(fresh));
    for (const name of ["from", "until"]) {
      const field = document.querySelector(`#filters [name=${name}]`);
      field.value = new URLSearchParams(location.search).get(name) || "";
    }
    hold("box", new URLSearchParams(location.search).get("box"));
    document.getElementById("whole").hidden = !/[?&](box|from|until)=/.test(location.search);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

/** Keeps a hidden field of the form in step with the address. */
function hold(name, value) {
  let field = document.querySelector(`#filters input[type=hidden][name=${name}]`);
  if (!value) return field?.remove();
  if (!field) {
    field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    document.getElementById("filters").append(field);
  }
  field.value = value;
}

/** Everything that fits but for days and map view: the picture shows those itself. */
async function load() {
  const query = new URLSearchParams(location.search);
  for (const name of ["from", "until", "box", "page"]) query.delete(name);
  const answer = await fetch(`${picture.dataset.data}?${query}`);
  if (!answer.ok) throw new Error(`incidents: ${answer.status}`);
  const found = await answer.json();
  state.all = found.incidents;
  state.apart = found.apart;
  state.more = found.more;
}

const inside = (day, from, until) => (!from && !until) || (day && (!from || day >= from) && (!until || day <= until));

/** Puts the incidents of the chosen days on the map. */
function draw(showIncidents) {
  const query = new URLSearchParams(location.search);
  const [from, until] = [query.get("from"), query.get("until")];
  const features = state.all.features.filter(({ properties }) => inside(properties.day, from, until));
  const apart = state.apart.filter(([, day]) => inside(day, from, until)).length;
  if (state.map) showIncidents(state.map, { type: "FeatureCollection", features });
  document.getElementById("apart").textContent = [
    apart ? `${apart} without a place on the map` : "",
    state.more ? "the picture has the latest only" : "",
  ].filter(Boolean).join(" · ");
}

function bounds(features) {
  const places = features.map(({ geometry }) => geometry.coordinates);
  if (!places.length) return null;
  const [x, y] = [places.map((place) => place[0]), places.map((place) => place[1])];
  const least = (values) => values.reduce((one, other) => Math.min(one, other));
  const most = (values) => values.reduce((one, other) => Math.max(one, other));
  return [least(x), least(y), most(x), most(y)];
}

async function openTheMap() {
  const { changeStyle, choose, onChoice, openMap, showIncidents } = await import("./map.js");
  const asked = new URLSearchParams(location.search).get("box");
  const box = asked ? asked.split(",").map(Number) : bounds(state.all.features);
  state.map = await openMap(document.getElementById("map"), { style: picture.dataset[theme()], view: box ? { bounds: box } : {} });
  draw(showIncidents);
  onChoice(state.map, (id) => {
    choose(state.map, id);
    for (const row of document.querySelectorAll("tr.chosen")) row.classList.remove("chosen");
    const row = document.querySelector(`tr[data-id="${CSS.escape(id)}"]`);
    if (!row) return location.assign(picture.dataset.incident + encodeURIComponent(id));
    row.classList.add("chosen");
    row.scrollIntoView({ block: "center" });
    row.querySelector("a").focus({ preventScroll: true });
  });
  document.addEventListener("focusin", ({ target }) => choose(state.map, target.closest("tr[data-id]")?.dataset.id));
  document.addEventListener("mouseover", ({ target }) => {
    const id = target.closest?.("tr[data-id]")?.dataset.id;
    if (id && id !== state.chosen) choose(state.map, (state.chosen = id));
  });
  state.map.on("moveend", ({ originalEvent }) => {
    if (!originalEvent || !document.getElementById("follow").checked) return;
    clearTimeout(state.timer);
    state.timer = setTimeout(followMap, 250);
  });
  dark.addEventListener("change", async () => {
    await changeStyle(state.map, picture.dataset[theme()]);
    draw(showIncidents);
  });
  return showIncidents;
}

function followMap() {
  const view = state.map.getBounds();
  const wide = view.getEast() - view.getWest() >= 359;
  const round = (value, most) => Math.max(-most, Math.min(most, value)).toFixed(4);
  const turn = (value) => ((((value + 180) % 360) + 360) % 360) - 180;
  const box = [turn(view.getWest()).toFixed(4), round(view.getSouth(), 90), turn(view.getEast()).toFixed(4), round(view.getNorth(), 90)];
  list(address({ box: wide ? null : box.join(",") }));
}

const DAY = 86400;
const stamp = (day) => Date.parse(`${day}T00:00:00Z`) / 1000;
const iso = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

/** Incidents by day, those contradicted apart; one column a day, without gaps. */
function byDay() {
  const counts = new Map();
  const add = (day, disputed) => {
    if (!day || day.length < 10) return;
    const [all, apart] = counts.get(day) || [0, 0];
    counts.set(day, [all + 1, apart + (disputed ? 1 : 0)]);
  };
  for (const { properties } of state.all.features) add(properties.day, properties.disputed);
  for (const [, day, disputed] of state.apart) add(day, disputed);
  const known = [...counts.keys()].sort();
  if (!known.length) return null;
  const [x, all, apart] = [[], [], []];
  const begin = Math.max(stamp(known[0]), stamp(known.at(-1)) - 3660 * DAY);
  for (let at = begin; at <= stamp(known.at(-1)); at += DAY) {
    const [one, other] = counts.get(iso(at)) || [0, 0];
    x.push(at);
    all.push(one || null); // a day without one has no bar, not a flat one
    apart.push(other || null);
  }
  return [x, all, apart];
}

async function openTheTimeline(redraw) {
  const { default: uPlot } = await import("./vendor/uplot/uPlot.esm.js");
  const data = byDay();
  const holder = document.getElementById("timeline");
  if (!data) return (holder.hidden = true);
  const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const chosen = (plot) => {
    const { left, width } = plot.select;
    if (width < 2) return;
    const [from, until] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    list(address({ from: iso(from + DAY / 2), until: iso(until + DAY / 2) }));
    redraw();
  };
  const build = () => {
    state.plot?.destroy();
    const axis = { stroke: ink("--soft"), grid: { stroke: ink("--line"), width: 1 }, ticks: { stroke: ink("--line"), width: 1 } };
    const named = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
    const year = (at) => new Date(at * 1000).getUTCFullYear();
    const days = (_, splits) => splits.map((at, n) => named.format(at * 1000) + (n && year(at) === year(splits[n - 1]) ? "" : ` ${year(at)}`));
    const bars = uPlot.paths.bars({ size: [0.8, 24], align: 0 });
    const series = (label, colour, fill) => ({ label, stroke: colour, fill, width: 1, paths: bars, points: { show: false } });
    state.plot = new uPlot(
      {
        width: holder.clientWidth - 6,
        height: 130,
        tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
        cursor: { drag: { x: true, y: false, setScale: false }, y: false },
        legend: { show: false },
        scales: { x: { range: (_, least, most) => [least - DAY, most + DAY] }, y: { range: (_, __, most) => [0, Math.max(most || 1, 2)] } },
        axes: [{ ...axis, values: days, space: 70, incrs: [1, 2, 7, 14, 28, 91, 182, 365].map((n) => n * DAY) }, { ...axis, size: 42, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] }],
        series: [{}, series("incidents", ink("--soft"), ink("--strong")), series("contradicted", ink("--risk"), ink("--risk"))],
        hooks: { setSelect: [chosen] },
      },
      data,
      holder,
    );
    shown();
  };
  const shown = () => {
    const query = new URLSearchParams(location.search);
    const [from, until] = [query.get("from"), query.get("until")];
    if (!from && !until) return state.plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const left = from ? state.plot.valToPos(stamp(from) - DAY / 2, "x") : 0;
    const right = until ? state.plot.valToPos(stamp(until) + DAY / 2, "x") : state.plot.over.clientWidth;
    state.plot.setSelect({ left, top: 0, width: Math.max(right - left, 1), height: state.plot.over.clientHeight }, false);
  };
  build();
  let waiting = 0;
  new ResizeObserver(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => state.plot.setSize({ width: holder.clientWidth - 6, height: 130 }));
  }).observe(holder);
  dark.addEventListener("change", build);
  return shown;
}

/** Runs a part of the picture; where its library is not there, the page does without. */
async function tried(work, part) {
  try {
    return await work();
  } catch (error) {
    console.info(`${part}: ${error.message}`);
    document.getElementById(part).hidden = true;
    return null;
  }
}

async function start() {
  await load();
  picture.hidden = false;
  const showIncidents = (await tried(openTheMap, "map")) || (() => {});
  const shown = await tried(() => openTheTimeline(() => draw(showIncidents)), "timeline");
  const whole = document.getElementById("whole");
  whole.hidden = !/[?&](box|from|until)=/.test(location.search);
  whole.addEventListener("click", async () => {
    const box = bounds(state.all.features);
    await list(address({ box: null, from: null, until: null }));
    if (box && state.map) state.map.fitBounds(box, { padding: 40, maxZoom: 9 });
    shown?.();
    draw(showIncidents);
  });
}

start();
