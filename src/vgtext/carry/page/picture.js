// The picture: shapes forward above, the layers' scales in the middle, the error's ribbon below.
import { fill } from "../../explore/page/fill.js";
import { KINDS, LIMITS, SCALES, isHome, number } from "./rules.js";

export const SIGN = { none: "+", relu: "R", norm: "N", shortcut: "↷" };

// Every constant of the layout, in pixels.
// prettier-ignore
export const SIZE = {
  height: 312, edge: 44, part: 24, // of the picture; beside the layers; least width of a target
  shapes: 48, shape: 19, room: 44, // their middle; radius at size 1; least distance of two
  top: 88, foot: 176, // of the scales
  gaps: 196, hint: 224, ribbon: 250, half: 16, note: 306, // middles; half a ribbon of size 1
};
const DECADES = 4; // below 1 until a thing of this size has no width

export function plan(width, count) {
  const pitch = (width - 2 * SIZE.edge) / count;
  return { width, count, pitch, x: (l) => SIZE.edge + (l - 0.5) * pitch }; // of layer l
}

const log = Math.log10;
const span = log(SCALES.most / SCALES.least);
export const heightOf = (s) =>
  SIZE.foot - (log(s / SCALES.least) / span) * (SIZE.foot - SIZE.top);
export const scaleAt = (y) =>
  SCALES.least * 10 ** (((SIZE.foot - y) / (SIZE.foot - SIZE.top)) * span);

const round = (v) => Math.round(v * 10) / 10;
const share = (size, most) => Math.min(most, Math.max(0, 1 + log(size || 1e-99) / DECADES));
const text = (x, y, anchor, words, look = "vg-note") =>
  `<text class="${look}" x="${round(x)}" y="${y}" text-anchor="${anchor}">${words}</text>`;

// The shapes of a[0] … a[L], as many as there is room for, each at its size on a log scale.
function drawShapes({ shapes, spread }, { pitch, x, count }) {
  const step = Math.ceil(SIZE.room / pitch);
  const radius = Math.min(SIZE.shape, 0.46 * pitch * step);
  const drawn = [];
  for (let l = 0; l <= count; l += step) {
    const at = l ? x(l) : SIZE.edge / 2,
      size = spread[l] || 1,
      r = radius * share(spread[l], 1.4);
    const points = shapes[l].map(
      ([u, v]) => `${round(at + (r * u) / size)} ${round(SIZE.shapes - (r * v) / size)}`,
    );
    const [cx, cy] = points[0].split(" ");
    drawn.push(
      `<circle class="vg-ghost" cx="${round(at)}" cy="${SIZE.shapes}" r="${round(radius)}"/>`
        + `<path class="vg-shape" d="M${points.join("L")}Z"/>`
        + `<circle class="vg-mark" cx="${cx}" cy="${cy}" r="2.5"/>`,
    );
  }
  return drawn.join("");
}

function drawScales({ scales, between }, { x, pitch, width }) {
  const wide = Math.max(1.5, Math.min(26, 0.5 * pitch)),
    one = round(heightOf(1));
  const bars = scales.map((s, i) => {
    const [left, y] = [round(x(i + 1) - wide / 2), round(heightOf(s))];
    const size = `width="${round(wide)}" height="${round(SIZE.foot + 3 - y)}"`;
    return `<rect class="vg-bar" x="${left}" y="${y}" ${size}/>`;
  });
  const small = pitch < SIZE.part ? between : [];
  const extras = small.map((kind, i) =>
    kind === "none"
      ? ""
      : `<circle class="vg-small vg-${kind}" cx="${round(x(i + 1.5))}" cy="${SIZE.gaps}" r="2"/>`,
  );
  return (
    `<path class="vg-ghost" d="M${SIZE.edge} ${one}H${width - SIZE.edge}"/>`
    + text(width - SIZE.edge + 5, one + 4, "start", WORDS.carry.one)
    + bars.join("")
    + extras.join("")
  );
}

// Says what the circles between the layers are for, and then what is in them; a ribbon that grows
// over the words has the room.
function drawHint({ between }, { sizes }, { pitch }) {
  const kinds = Object.keys(KINDS).filter((kind) => kind !== "none"),
    used = kinds.filter((kind) => between.includes(kind));
  const words = used.length
    ? used.map((kind) => `${SIGN[kind]} ${KINDS[kind]}`).join(" · ")
    : `${SIGN.none} ${WORDS.carry.hint}`;
  const isFree = pitch >= SIZE.part && Math.max(...sizes) <= LIMITS.exploded;
  return isFree ? text(SIZE.edge, SIZE.hint, "start", words) : "";
}

// A way around each layer that has a shortcut.
function drawShortcuts({ between }, { x, pitch }) {
  if (pitch < SIZE.part) return "";
  const arcs = between.map((kind, i) => {
    if (kind !== "shortcut") return "";
    const [from, to] = [round(x(i + 0.5)), round(x(i + 1.5))];
    const way = `C${from} 160 ${to} 160 ${to} ${SIZE.gaps - 12}`;
    return `<path class="vg-arc" d="M${from} ${SIZE.gaps}${way}"/>`;
  });
  return arcs.join("");
}

const HOUSE = "M-17 1L0 -15L17 1H12V15H-12V1Z"; // and its door
const DOOR = "M-4 15V4H4V15";

// The ribbon from the last layer back to the first, its width the error's size on a log scale.
function drawRibbon({ sizes }, { x, width, count }) {
  const half = sizes.map((size) => SIZE.half * share(size, 2.3));
  const stops = [
    [width - SIZE.edge / 2, half[count - 1]],
    ...half.map((h, i) => [x(i + 1), h]).reverse(),
    [SIZE.edge - 8, half[0]],
  ];
  const side = (list, sign) => {
    const steps = list.map(([px, h], i) => {
      const y = round(SIZE.ribbon + sign * h);
      if (!i) return `${round(px)} ${y}`;
      const [before, last] = list[i - 1],
        middle = round((px + before) / 2);
      return `C${middle} ${round(SIZE.ribbon + sign * last)} ${middle} ${y} ${round(px)} ${y}`;
    });
    return steps.join("");
  };
  const end = stops.find(([, h]) => h === 0)?.[0] ?? 0; // of a ribbon that does not come home
  const reach = stops.findLast(([, h]) => h > 1.5) ?? stops[0];
  const way = `M${width - SIZE.edge / 2} ${SIZE.ribbon}H`;
  const look = isHome(sizes[0]) ? "vg-home" : sizes[0] > LIMITS.exploded ? "vg-burst" : "";
  return (
    [-1, 1].map((sign) => {
      const y = SIZE.ribbon + sign * SIZE.half;
      return `<path class="vg-ghost" d="M${width - SIZE.edge / 2} ${y}H${SIZE.edge - 8}"/>`;
    }).join("")
    + `<path class="vg-ribbon" d="M${side(stops, -1)}L${side([...stops].reverse(), 1)}Z"/>`
    + `<path class="vg-flow" d="${way}${round(reach[0])}"/>`
    + (end > SIZE.edge + 30
      ? text(end - 4, SIZE.ribbon + 4, "end", WORDS.carry.ends, "vg-error-word")
      : "")
    + `<g class="vg-house ${look}" transform="translate(${SIZE.edge / 2 - 3} ${SIZE.ribbon})">`
    + `<path d="${HOUSE}"/><path class="vg-door" d="${DOOR}"/></g>`
    + text(2, SIZE.note, "start", fill(WORDS.carry.gets, { size: number(sizes[0]) }), "vg-word")
    + text(width - 2, SIZE.note, "end", fill(WORDS.carry.sent, { n: count }), "vg-word")
  );
}

export function draw(recipe, result, way) {
  const { width } = way;
  return (
    `<svg aria-hidden="true" width="${width}" height="${SIZE.height}">`
    + text(2, 11, "start", WORDS.carry.signal, "vg-signal")
    + drawShapes(result, way)
    + drawScales(recipe, way)
    + drawShortcuts(recipe, way)
    + drawHint(recipe, result, way)
    + drawRibbon(result, way)
    + text(width - 2, 226, "end", WORDS.carry.error, "vg-error-word")
    + "</svg>"
  );
}
