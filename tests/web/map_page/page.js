import { changeStyle, choose, onChoice, openMap, showIncidents } from "/static/map.js";

window.broken = [];
document.addEventListener("securitypolicyviolation", (event) => window.broken.push(`${event.violatedDirective} ${event.blockedURI}`));
const asked = new URLSearchParams(location.search);
const style = (theme) => `/static/map/style-${theme}.json`;
const center = [Number(asked.get("x") ?? 37), Number(asked.get("y") ?? 35)];
const map = await openMap(document.getElementById("map"), {
  style: style(asked.get("theme") ?? "light"),
  view: { center, zoom: Number(asked.get("z") ?? 6) },
});
map.on("error", (event) => window.broken.push(String(event.error)));
showIncidents(map, await (await fetch("/incidents.json")).json());
onChoice(map, (id) => {
  window.chosen = id;
  choose(map, id);
});
window.map = map;
window.change = (theme) => changeStyle(map, style(theme));
window.settled = () =>
  new Promise((resolve) => {
    const look = () => (map.loaded() && map.areTilesLoaded() ? resolve(true) : map.once("idle", look));
    map.triggerRepaint();
    map.once("idle", look);
  });
window.ready = true;
