// The picture: shapes forward above, the layers' scales in the middle, the error's ribbon below.
import { KINDS } from "./rules.js";
import { meanOf } from "./recipe.js";
import { SIZE, heightOf, round, share, text } from "./layout.js";
import { drawNote, drawRibbon } from "./ribbon.js";

const DOES = {
  relu: WORDS.carry.relu_does,
  norm: WORDS.carry.norm_does,
  shortcut: WORDS.carry.shortcut_does,
};
export const SIGN = { none: "+", relu: "R", norm: "N", shortcut: "↷" };

// The shapes of a[0] … a[L], as many as there is room for, each at its size on a log scale, as
// far as its longest point has room, too.
function drawShapes({ shapes, spread }, { pitch, x, count }) {
  const step = Math.ceil(SIZE.room / pitch);
  const radius = Math.min(SIZE.shape, 0.46 * pitch * step);
  const drawn = [];
  for (let l = 0; l <= count; l += step) {
    const at = l ? x(l) : SIZE.edge / 2,
      size = spread[l] || 1,
      longest = Math.max(...shapes[l].map(([u, v]) => Math.hypot(u, v))) / size;
    const r = Math.min(radius * share(spread[l], 1.4), SIZE.reach / (longest || 1));
    const points = shapes[l].map(
      ([u, v]) => `${round(at + (r * u) / size)} ${round(SIZE.shapes - (r * v) / size)}`,
    );
    const [cx, cy] = points[0].split(" ");
    drawn.push(
      `<circle class="vg-ghost" cx="${round(at)}" cy="${SIZE.shapes}" r="${round(radius)}"/>`
        + `<path class="vg-shape" d="M${points.join("L")}Z"/>`
        + `<circle class="vg-mark" cx="${cx}" cy="${cy}" r="2.5"/>`
        + text(at, SIZE.count, "middle", l || WORDS.carry.input),
    );
  }
  return drawn.join("");
}

// The layers' scales, and the level that the lever at their right sets for all of them.
function drawScales({ scales, between }, { x, pitch, width }) {
  const wide = Math.max(1.5, Math.min(26, 0.5 * pitch)),
    [one, level] = [1, meanOf(scales)].map((s) => round(heightOf(s))),
    rail = width - SIZE.edge / 2,
    isOpen = pitch >= SIZE.part; // else there is but one thing to take hold of
  const all = text(width - 2, SIZE.foot + 29, "end", WORDS.carry.all, "vg-lever-word");
  const bars = scales.map((s, i) => {
    const [left, y] = [round(x(i + 1) - wide / 2), round(heightOf(s))];
    const size = `width="${round(wide)}" height="${round(SIZE.foot + 3 - y)}"`;
    return `<rect class="vg-bar" x="${left}" y="${y}" ${size}/>`;
  });
  const small = isOpen ? [] : between;
  const extras = small.map((kind, i) =>
    kind === "none"
      ? ""
      : `<circle class="vg-small vg-${kind}" cx="${round(x(i + 1.5))}" cy="${SIZE.gaps}" r="2"/>`,
  );
  return (
    `<path class="vg-ghost" d="M${SIZE.edge} ${one}H${width - SIZE.edge}"/>`
    + text(2, one + 4, "start", WORDS.carry.one)
    + text(2, SIZE.title, "start", WORDS.carry.bars, "vg-weight-word")
    + (isOpen ? all : "")
    + bars.join("")
    + `<path class="vg-rail" d="M${rail} ${SIZE.top}V${SIZE.foot}"/>`
    + `<path class="vg-level" d="M${SIZE.edge} ${level}H${rail}"/>`
    + extras.join("")
  );
}

// Says what the circles between the layers are for, and then what those in use do.
function drawHint({ between }, { pitch, width }) {
  const used = Object.keys(KINDS).filter((kind) => kind !== "none" && between.includes(kind));
  const named = used.map((kind) => `${SIGN[kind]} ${KINDS[kind]}`).join(" · ");
  const does = used.length === 1 && width >= SIZE.small ? `: ${DOES[used[0]]}` : "";
  const words = named ? named + does : `${SIGN.none} ${WORDS.carry.hint}`;
  const look = named ? "vg-note vg-legend" : "vg-note";
  return text(2, SIZE.hint, "start", pitch < SIZE.part ? WORDS.carry.narrow : words, look);
}

// A way around each layer that has a shortcut.
function drawShortcuts({ between }, { x, pitch }) {
  if (pitch < SIZE.part) return "";
  const arcs = between.map((kind, i) => {
    if (kind !== "shortcut") return "";
    const [from, to] = [round(x(i + 0.5)), round(x(i + 1.5))];
    const [foot, top] = [SIZE.gaps - 12, SIZE.gaps - 36];
    const way = `C${from} ${top} ${to} ${top} ${to} ${foot}`;
    return `<path class="vg-arc" d="M${from} ${SIZE.gaps}${way}"/>`;
  });
  return arcs.join("");
}

export function draw(recipe, result, way) {
  const { width } = way;
  return (
    `<svg aria-hidden="true" width="${width}" height="${SIZE.height}">`
    + text(2, 11, "start", WORDS.carry.signal, "vg-signal")
    + drawShapes(result, way)
    + drawScales(recipe, way)
    + drawShortcuts(recipe, way)
    + drawHint(recipe, way)
    + drawRibbon(result, way)
    + text(width - 2, SIZE.hint, "end", WORDS.carry.error, "vg-error-word")
    + drawNote(result, width)
    + "</svg>"
  );
}
