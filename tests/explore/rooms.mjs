// Runs rooms of the pages' scripts in Node, with fakes of what a browser gives them, and prints what each tale below
// has told, as JSON: node rooms.mjs SOURCE, the folder of vgtext. On standard input is the table of words.
import { readFileSync } from "node:fs";
const source = `file://${process.argv[2]}`;
const table = JSON.parse(readFileSync(0, "utf8"));
globalThis.WORDS = table;
const pen = { measureText: (text) => ({ width: 7 * text.length }) };
globalThis.document = {
  createElement: () => ({ getContext: () => pen }), createElementNS: () => ({ setAttribute() {} }),
  head: { append() {} }, querySelectorAll: () => [],
};
const room = (path) => import(`${source}/${path}`);

// ---- a panel ----
async function panel() {
  const { drawPanel } = await room("explore/page/frame.js");
  const axis = (places, grid) => ({ places, texts: places.map(String), grid, label: "" });
  const frame = { x: axis([1024], [1024]), y: axis([1024, 3072], [1024, 3072]), spines: "lb", title: "" };
  const rect = { x: 50, y: 20, w: 200, h: 100, left: 40, bottom: 30, from: 0, room: 260 };
  const svg = drawPanel({ frame, marks: [] }, rect, 4096, "c");
  return [...svg.matchAll(/class="vg-grid" d="([^"]*)"/g)].map(([, d]) => d);
}

// ---- a legend: its words in the order in which they are read ----
async function legend(names, w) {
  const { drawLegend } = await room("explore/page/legend.js");
  const svg = drawLegend({ legend: names.map((name) => [name, []]), y: {} }, { x: 0, y: 100, w }, 4096, "c");
  const words = [...svg.matchAll(/ x="([^"]*)" y="([^"]*)">(\w+)</g)];
  return words.map(([, x, y, name]) => [Number(y), Number(x), name]);
}

// ---- the bench: what is shaded where the limits are the widest ----
async function bench() {
  const { drawSizes, drawRatio } = await room("live/bench_page/panels.js");
  const layers = { activation: [-49, 41], error: [0, 0], gradient: [0, 0], ratio: [-20, 0] };
  const run = { first: null, layers, depth: 2, step: 1 };
  const shades = (picture, low, high) => {
    const grid = [...picture.innerHTML.matchAll(/class="bench-grid" d="M\S+ ([\d.]+)H/g)].map(([, y]) => Number(y));
    const [foot, top] = [Math.max(...grid), Math.min(...grid)]; // of the ends of the axis, which have ticks
    const value = (y) => low + ((foot - y) / (foot - top)) * (high - low);
    return [...picture.innerHTML.matchAll(/bench-shade" x="[^"]*" y="([\d.]+)" width="[^"]*" height="([\d.]+)"/g)]
      .map(([, y, h]) => [value(Number(y) + Number(h)), value(Number(y))]);
  };
  return { sizes: shades(drawSizes(run, 800), -40, 40), ratio: shades(drawRatio(run, 400, { fast: 0.1, slow: 1e-4 }), -20, 0) };
}

// ---- a link ----
async function links(asked) {
  Object.assign(globalThis, {
    HTMLElement: class {}, location: { hash: "", href: "" }, addEventListener() {}, matchMedia: () => ({ matches: false }),
  });
  let Figure;
  globalThis.customElements = { get: () => null, define: (_, made) => (Figure = made) };
  await room("explore/page/element.js");
  const found = [];
  for (const [texts, query] of asked) {
    const figure = new Figure();
    const view = { state: [1], spec: { controls: [{ name: "k", texts }] }, controls: { stop() {} }, svg: { focus() {} } };
    view.go = ([at]) => found.push(texts[at] ?? null);
    Object.assign(figure, { id: "f", open: async () => view, scrollIntoView() {} });
    location.hash = `#f?k=${query}`;
    await figure.follow();
  }
  return found;
}

// ---- a hand: the place of a handle, on a line that falls from corner to corner, that is nearest to a point ----
async function hand([w, h], points) {
  const { Handles } = await room("explore/page/handles.js");
  const places = [...Array(11).keys()].map((k) => [[100 * k, 1000 - 100 * k]]);
  const payload = { controls: [{ texts: places }], handles: [{ moves: [0] }], places };
  const found = [];
  const held = {
    rect: () => ({ x: 0, y: 0, w, h }), view: { unit: 1000, controls: { stop() {} }, state: [0] },
    drag: (k, place, nearest) => found.push(...nearest(payload)),
  };
  for (const point of points) Handles.prototype.move.call(held, 0, point);
  return found;
}

// ---- the line that says what Python does, while the page is kept ----
async function line(says) {
  globalThis.vgLive ||= { files: { version: "1" } };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: {
    serviceWorker: { register: async () => ({ scope: "https://a.org/" }), ready: true } } });
  globalThis.caches = { open: async () => ({ add: async () => {}, addAll: async () => says.later && page.say(says.later) }) };
  performance.getEntriesByType = () => [];
  globalThis.Request = class {};
  globalThis.location = { href: "https://a.org/x.html", pathname: "/x.html", hash: "" };
  globalThis.Worker = class { addEventListener() {} postMessage() {} terminate() {} };
  await room("live/page/page.js");
  const page = globalThis.vgLive.start({ row: {}, button: {}, words: { textContent: "" }, base: "https://a.org/_static/live/" });
  page.say("Ready.");
  page.python = { loaded: [] };
  await page.keepAll();
  return page.line.textContent;
}

console.log(JSON.stringify({
  grid: await panel(),
  legend: await legend(["one", "two", "three", "four", "five"], 180),
  bench: await bench(),
  links: await links([[["the best", "0.1", "0.3"], "0.3"], [["the best", "0.1", "0.3"], "0.2"], [["1", "2", "4"], "3.5"],
                      [["1", "2", "4"], "none"]]),
  hand: await hand([300, 100], [[30, 80], [150, 100], [270, 40], [300, 0]]),
  kept: await line({}),
  overtaken: await line({ later: "Stopped." }),
}));
