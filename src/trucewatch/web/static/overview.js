// The overview with a script: map, timeline and list linked. Days chosen on the timeline narrow map and list; the map's view narrows
// timeline and list. All of it stands in the address. Without a script the form and the list do everything but the picture.
const AGAIN = 4000; // milliseconds until what was not ready is asked for again
const picture = document.getElementById("picture");
const dark = matchMedia("(prefers-color-scheme: dark)");
const theme = () => (dark.matches ? "dark" : "light");
const state = { all: null, apart: [], more: false, late: false, map: null, place: () => {}, line: null, chosen: null, timer: 0, asking: null };

const asked = (name) => new URLSearchParams(location.search).get(name);
const boxAsked = () => asked("box")?.split(",").map(Number);

/** The address of the view as it stands, with some of its parameters changed; null drops one. */
function address(changes) {
  const query = new URLSearchParams(location.search);
  query.delete("page");
  for (const [name, value] of Object.entries(changes)) value === null ? query.delete(name) : query.set(name, value);
  return `${location.pathname}${query.size ? `?${query}` : ""}`;
}

/** Shows another address without leaving the page: the picture at once, the list when it has come. */
async function go(target) {
  history.replaceState(null, "", target);
  draw();
  state.asking?.abort();
  state.asking = new AbortController();
  try {
    const answer = await fetch(target, { signal: state.asking.signal, headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = found.getElementById("results");
    if (!fresh) return;
    document.getElementById("results").replaceWith(document.adoptNode(fresh));
    for (const name of ["from", "until"]) document.querySelector(`#filters [name=${name}]`).value = asked(name) || "";
    hold("box", asked("box"));
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
  [state.all, state.apart, state.more, state.late] = [found.incidents, found.apart, found.more, found.late];
  if (found.late) setTimeout(() => load().then(draw), AGAIN);
}

const within = (day, from, until) => (!from && !until) || (day && (!from || day >= from) && (!until || day <= until));

function inside([x, y], [west, south, east, north]) {
  return y >= south && y <= north && (west <= east ? x >= west && x <= east : x >= west || x <= east);
}

/** The days that the timeline shows: of all incidents, or of those within the map's view. */
function days() {
  const box = boxAsked();
  const seen = state.all.features.filter(({ geometry }) => !box || inside(geometry.coordinates, box));
  const told = seen.map(({ properties }) => [properties.day, properties.disputed]);
  return [...told, ...(box ? [] : state.apart.map(([, day, disputed]) => [day, disputed]))].filter(([day]) => day?.length === 10);
}

/** Draws what the address asks for: the days' incidents on the map, the view's days on the timeline. */
function draw() {
  const [from, until, box] = [asked("from"), asked("until"), asked("box")];
  state.place(state.all.features.filter(({ properties }) => within(properties.day, from, until)));
  state.line?.show(days());
  state.line?.mark(from, until);
  const apart = state.apart.filter(([, day]) => within(day, from, until)).length;
  const notes = [
    apart && !box ? `${apart} without a place on the map` : "",
    box ? "the timeline shows what lies within the map" : "",
    state.more ? "the picture has the latest only" : "",
    state.late ? "more is being made ready" : "",
  ];
  document.getElementById("apart").textContent = notes.filter(Boolean).join(" · ");
  document.getElementById("whole").hidden = !(from || until || box);
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
  const box = boxAsked() || bounds(state.all.features);
  const map = await openMap(document.getElementById("map"), { style: picture.dataset[theme()], view: box ? { bounds: box } : {} });
  state.map = map;
  state.place = (features) => showIncidents(map, { type: "FeatureCollection", features });
  onChoice(map, (id) => {
    choose(map, id);
    find(id);
  });
  document.addEventListener("focusin", ({ target }) => choose(map, target.closest("tr[data-id]")?.dataset.id));
  document.addEventListener("mouseover", ({ target }) => {
    const id = target.closest?.("tr[data-id]")?.dataset.id;
    if (id && id !== state.chosen) choose(map, (state.chosen = id));
  });
  map.on("moveend", ({ originalEvent }) => {
    if (!originalEvent || !document.getElementById("follow").checked) return;
    clearTimeout(state.timer);
    state.timer = setTimeout(() => go(address({ box: view(map.getBounds()) })), 250);
  });
  map.once("idle", () => {
    performance.mark("drawn");
    picture.dataset.ready = "yes";
  });
  dark.addEventListener("change", async () => {
    picture.dataset.ready = "";
    await changeStyle(map, picture.dataset[theme()]);
    draw();
    map.once("idle", () => (picture.dataset.ready = "yes"));
  });
}

/** Shows an incident of the map in the list, or its page where this part of the list has it not. */
function find(id) {
  for (const row of document.querySelectorAll("tr.chosen")) row.classList.remove("chosen");
  const row = document.querySelector(`tr[data-id="${CSS.escape(id)}"]`);
  if (!row) return location.assign(picture.dataset.incident + encodeURIComponent(id));
  row.classList.add("chosen");
  row.scrollIntoView({ block: "center" });
  row.querySelector("a").focus({ preventScroll: true });
}

/** The map's view as the address has it; null where it is all of the world. */
function view(seen) {
  if (seen.getEast() - seen.getWest() >= 359) return null;
  const round = (value) => Math.max(-90, Math.min(90, value)).toFixed(4);
  const turn = (value) => ((((value + 180) % 360) + 360) % 360) - 180;
  return [turn(seen.getWest()).toFixed(4), round(seen.getSouth()), turn(seen.getEast()).toFixed(4), round(seen.getNorth())].join(",");
}

async function openTheTimeline() {
  const { openTimeline } = await import("./timeline.js");
  const every = [...state.all.features.map(({ properties }) => [properties.day, properties.disputed]), ...state.apart.map(([, day, disputed]) => [day, disputed])];
  const known = every.filter(([day]) => day?.length === 10);
  const holder = document.getElementById("timeline");
  state.line = await openTimeline(holder, known, (from, until) => go(address({ from, until })));
  holder.hidden = !state.line;
}

/** Runs a part of the picture; where its library is not there, the page does without. */
async function tried(work, part) {
  try {
    await work();
  } catch (error) {
    console.info(`${part}: ${error.message}`);
    document.getElementById(part).hidden = true;
  }
}

async function start() {
  await load();
  picture.hidden = false;
  await Promise.all([tried(openTheMap, "map"), tried(openTheTimeline, "timeline")]);
  draw();
  performance.mark("interactive");
  document.getElementById("whole").addEventListener("click", () => {
    const box = bounds(state.all.features);
    if (box) state.map?.fitBounds(box, { padding: 40, maxZoom: 9 });
    go(address({ box: null, from: null, until: null }));
  });
}

start();
