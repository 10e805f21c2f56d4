// What explains a panel: its legend, above it, and its color bar, beside it.
import { drawWords } from "./ink.js";
import { SIZE, legendRows, offsetHeight, widest } from "./layout.js";
import { drawMarks } from "./marks.js";

export function drawLegend({ legend, y: beside }, rect, unit, clip) {
  const rows = legendRows(legend, rect.w),
    foot = rect.y - 14 - offsetHeight(beside);
  const drawn = rows.flatMap((row, r) =>
    row.map(([left, words, marks], i) => {
      const x = rect.x + left,
        y = foot - (rows.length - 1 - r) * SIZE.legendLine;
      const key = { x, y: y - SIZE.keyHeight / 2, w: SIZE.key, h: SIZE.keyHeight };
      const keys = drawMarks(marks, key, unit, `${clip}-key${r}-${i}`);
      return keys + drawWords(words, x + SIZE.keyRoom, y, { size: SIZE.tick, valign: "middle" });
    }),
  );
  return drawn.join("");
}

// Returns for each of these places whether there is room for what stands there: whether it is
// clear of what stands before it, in the order of the places.
export function spaced(places, sizes, gap) {
  const isFree = [];
  let end = -Infinity;
  for (const i of [...places.keys()].sort((a, b) => places[a] - places[b])) {
    isFree[i] = places[i] - sizes[i] / 2 >= end + gap;
    if (isFree[i]) end = places[i] + sizes[i] / 2;
  }
  return isFree;
}

export function drawBar(bar, { x, y, w, h }, unit) {
  const left = x + w + SIZE.barGap,
    places = bar.places.map((u) => y + h - (u / unit) * h);
  const sizes = places.map(() => SIZE.tick),
    isFree = spaced(places, sizes, 2);
  const ticks = bar.texts.map((words, i) =>
    isFree[i]
      ? drawWords(words, left + SIZE.barTicks, places[i], { size: SIZE.tick, valign: "center" })
      : "",
  );
  const label = { size: SIZE.label, align: "center", valign: "center", turn: 90 };
  return (
    `<image x="${left}" y="${y}" width="${SIZE.bar}" height="${h}" preserveAspectRatio="none"`
    + ` class="vg-pixels" href="${bar.source}"/>`
    + ticks.join("")
    + (bar.label ? drawWords(bar.label, left + 30 + widest(bar.texts), y + h / 2, label) : "")
  );
}
