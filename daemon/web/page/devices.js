// Where the devices were, on a plain plot: no map is asked for, so nobody learns where they are.

import { get, post } from "./api.js";
import { act, el, say, svg, when } from "./dom.js";

const WIDTH = 800;
const HEIGHT = 420;
const EDGE = 50;
const METRES = 111_320; // of a degree of latitude

export async function draw(_rest, again) {
  const { devices } = await get("/devices");
  const found = devices.filter((one) => one.places.length);
  return [
    el("h1", {}, "Devices"),
    found.length ? plot(found) : el("p", { class: "soft" }, "No place of a device is known yet."),
    el("table", {}, el("thead", {}, el("tr", {}, ...["Device", "Model", "Battery", "Where", "When"].map((name) =>
      el("th", { scope: "col" }, name)))), el("tbody", {}, devices.map(row))),
    el("p", { class: "row" }, act("Locate them now", async () => {
      await post("/poll", { service: "devices" });
      say("The devices were asked.");
      again();
    })),
  ];
}

function row(one) {
  const at = one.places[0];
  const battery = one.battery_percent ? `${Math.round(one.battery_percent)} %` : "";
  return el("tr", {},
    el("td", {}, one.name), el("td", {}, one.model_name ?? ""), el("td", {}, battery),
    el("td", {}, at ? `${at.latitude.toFixed(5)}, ${at.longitude.toFixed(5)}` : "not known"),
    el("td", {}, at ? when(at.at) : ""));
}

function plot(devices) {
  const all = devices.flatMap((one) => one.places);
  const [low, high] = ["latitude", "longitude"].map((name) => all.map((place) => place[name]))
    .map((values) => [Math.min(...values), Math.max(...values)]);
  const middle = [(low[0] + low[1]) / 2, (high[0] + high[1]) / 2];
  const shrink = Math.max(Math.cos((middle[0] * Math.PI) / 180), 0.01);
  const span = Math.max((low[1] - low[0]) * METRES, ((high[1] - high[0]) * METRES * shrink), 200);
  const scale = (HEIGHT - 2 * EDGE) / span; // pixels of a metre
  const x = (place) => WIDTH / 2 + (place.longitude - middle[1]) * METRES * shrink * scale;
  const y = (place) => HEIGHT / 2 - (place.latitude - middle[0]) * METRES * scale;
  const drawing = svg("svg", {
    class: "plot", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": "Where the devices were; the table below says the same",
  }, ...rule(span, scale));
  for (const one of devices) {
    const way = one.places.map((place) => `${x(place).toFixed(1)},${y(place).toFixed(1)}`).join(" ");
    const at = one.places[0];
    drawing.append(
      svg("polyline", { class: "way", points: way }),
      svg("circle", { class: "dot", cx: x(at), cy: y(at), r: 6 }),
      svg("text", { x: x(at) + 10, y: y(at) + 4 }, one.name));
  }
  return drawing;
}

function rule(span, scale) {
  const metres = 10 ** Math.floor(Math.log10(span / 2));
  const label = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
  const y = HEIGHT - 20;
  return [
    svg("line", { class: "grid", x1: EDGE, x2: EDGE + metres * scale, y1: y, y2: y }),
    svg("text", { class: "scale", x: EDGE, y: y - 5 }, label),
    svg("text", { class: "scale", x: WIDTH - EDGE, y: 24 }, "N ↑"),
  ];
}
