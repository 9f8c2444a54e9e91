// The map of a page: opens a style of the application, loads the fine layers when they are first near, shows incidents.
// No request leaves the page's origin. Usage is in docs/map.md.
import * as maplibre from "./vendor/maplibre-gl/maplibre-gl.mjs";

const ICON = 26; // pixels of a mark, drawn at twice that
const CELL = 2; // degrees; the server's layers.CELL
const VILLAGE_ZOOM = 8;
const EMPTY = { type: "FeatureCollection", features: [] };

/** Opens a map in `container`. `style` is the address of a style; `view` is {center, zoom} or {bounds}. Resolves when it can be used. */
export async function openMap(container, { style, view = {}, label = "Map of incidents" } = {}) {
  const map = new maplibre.Map({
    container,
    style,
    attributionControl: { compact: true },
    dragRotate: false,
    pitchWithRotate: false,
    maxZoom: 14,
    minZoom: 1,
    fitBoundsOptions: { padding: 40, maxZoom: 9 },
    cooperativeGestures: false,
    ...view,
  });
  map.touchZoomRotate.disableRotation();
  map.getCanvas().setAttribute("aria-label", label);
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.ScaleControl({ maxWidth: 110 }), "bottom-left");
  await map.once("style.load");
  prepare(map);
  return map;
}

/** Puts incidents (a GeoJSON collection of `layers.incident` features) on the map; they stay through a change of theme. */
export function showIncidents(map, collection) {
  map.incidents = collection;
  map.getSource("incidents").setData(collection);
}

/** Changes the theme: another style of the application, with the same incidents and view. */
export async function changeStyle(map, style) {
  map.setStyle(style, { diff: false });
  await map.once("style.load");
  prepare(map);
}

/** Calls `chosen` with an incident's id when it is clicked; a click on a cluster comes nearer. */
export function onChoice(map, chosen) {
  map.on("click", "incidents", (event) => chosen(event.features[0].properties.id));
  map.on("click", "clusters", async (event) => {
    const [cluster] = event.features;
    const zoom = await map.getSource("incidents").getClusterExpansionZoom(cluster.properties.cluster_id);
    map.easeTo({ center: cluster.geometry.coordinates, zoom: Math.min(zoom + 0.2, map.getMaxZoom()) }, { originalEvent: event.originalEvent });
  });
  for (const layer of ["incidents", "clusters"]) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
}

/** Marks one incident as chosen, and no other. */
export function choose(map, id) {
  map.removeFeatureState({ source: "incidents" });
  if (id) map.setFeatureState({ source: "incidents", id }, { chosen: true });
}

function prepare(map) {
  const { metadata } = map.getStyle();
  map.getContainer().dataset.mapTheme = metadata["trucewatch:theme"];
  for (const mark of metadata["trucewatch:marks"]) addMark(map, mark);
  if (map.incidents) map.getSource("incidents").setData(map.incidents);
  follow(map, metadata);
}

function addMark(map, mark) {
  for (const disputed of [false, true]) {
    const name = mark.group + (disputed ? "-disputed" : "");
    if (!map.hasImage(name)) map.addImage(name, drawn(mark, disputed), { pixelRatio: 2 });
  }
}

/** A mark as pixels: full where accounts agree, hollow with a broken edge where they contradict each other. */
function drawn({ path, colour, paper }, disputed) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2 * ICON;
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const shape = new Path2D(path);
  brush.setTransform(1.7, 0, 0, 1.7, ICON - 12 * 1.7, ICON - 12 * 1.7);
  brush.lineJoin = "round";
  brush.strokeStyle = paper;
  brush.lineWidth = 5;
  brush.stroke(shape);
  brush.fillStyle = disputed ? paper : colour;
  brush.fill(shape);
  brush.strokeStyle = colour;
  brush.lineWidth = disputed ? 3 : 1;
  brush.setLineDash(disputed ? [4.2, 2] : []);
  brush.stroke(shape);
  return brush.getImageData(0, 0, canvas.width, canvas.height);
}

/** Loads fine layers and small places once the view is near enough to need them. */
function follow(map, metadata) {
  const state = { fine: false, cells: new Map(), shown: "" };
  if (map.follower) map.off("moveend", map.follower);
  map.follower = () => {
    if (!state.fine && map.getZoom() >= metadata["trucewatch:detail-zoom"] - 1) {
      state.fine = true;
      loadFine(map, metadata);
    }
    if (map.getZoom() >= VILLAGE_ZOOM) loadVillages(map, metadata["trucewatch:places"], state);
  };
  map.on("moveend", map.follower);
  map.once("idle", map.follower); // the incidents come first
}

/** Fine layers are drawn over the coarse ones; when they are all there, the coarse ones go from near views. */
async function loadFine(map, metadata) {
  const detail = Object.entries(metadata["trucewatch:detail"]);
  const style = map.style;
  await Promise.all(detail.map(([source, address]) => map.getSource(source).setData(address)));
  await map.once("idle");
  if (map.style !== style) return; // another theme has come in between
  for (const { id, source } of map.getStyle().layers) {
    if (source?.endsWith("-world")) map.setLayerZoomRange(id, 0, metadata["trucewatch:detail-zoom"]);
  }
}

async function loadVillages(map, base, state) {
  const names = cells(map.getBounds());
  const wanted = names.join();
  if (wanted === state.shown) return;
  state.shown = wanted;
  for (const name of names) if (!state.cells.has(name)) state.cells.set(name, fetched(`${base}/${name}.geojson`));
  const found = await Promise.all(names.map((name) => state.cells.get(name)));
  if (state.shown !== wanted || !map.getSource("villages")) return; // the view has moved on
  map.getSource("villages").setData({ ...EMPTY, features: found.flatMap((each) => each.features) });
}

function cells(bounds) {
  const names = [];
  const start = (degrees) => Math.floor(degrees / CELL) * CELL;
  for (let latitude = start(bounds.getSouth()); latitude < bounds.getNorth(); latitude += CELL) {
    for (let longitude = start(bounds.getWest()); longitude < bounds.getEast(); longitude += CELL) {
      names.push(`${latitude}/${((((longitude + 180) % 360) + 360) % 360) - 180}`);
    }
  }
  return names;
}

async function fetched(address) {
  const reply = await fetch(address);
  return reply.ok ? reply.json() : EMPTY;
}
