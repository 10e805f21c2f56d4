// A panel as SVG: its frame (axes, ticks, titles, legend, color bar), then its marks.
import { drawWords, look, round } from "./ink.js";
import {
  SIZE,
  labelRoom,
  legendHeight,
  offsetHeight,
  ticksBelow,
  wordsWidth,
  wrap,
} from "./layout.js";
import { drawBar, drawLegend, spaced } from "./legend.js";
import { drawMarks } from "./marks.js";

// The lines of a panel: its ground, its grid, its sides, and the dashes of its ticks.
function drawAxes({ x, y, spines, ground }, rect, unit) {
  const right = rect.x + rect.w,
    foot = rect.y + rect.h;
  const columns = (places = [], from, line) =>
    places.map((u) => `M${round(rect.x + (u / unit) * rect.w)} ${from}${line}`).join("");
  const rows = (places = [], line) =>
    places.map((u) => `M${rect.x} ${round(foot - (u / unit) * rect.h)}${line}`).join("");
  const path = (look, lines) => (lines ? `<path class="${look}" d="${lines}"/>` : "");
  const edges = {
    l: `M${rect.x} ${rect.y}V${foot}`,
    b: `M${rect.x} ${foot}H${right}`,
    r: `M${right} ${rect.y}V${foot}`,
    t: `M${rect.x} ${rect.y}H${right}`,
  };
  const { tickLength: long, minorLength: short } = SIZE;
  const below = columns(x.places, foot, `v${long}`) + columns(x.minor, foot, `v${short}`);
  const beside = rows(y.places, `h-${long}`) + rows(y.minor, `h-${short}`);
  return (
    (ground ? `<path d="M${rect.x} ${rect.y}H${right}V${foot}H${rect.x}Z" ${look(ground)}/>` : "")
    + path("vg-grid", columns(x.grid, rect.y, `V${foot}`) + rows(y.grid, `H${right}`))
    + path("vg-axis", [...spines].map((side) => edges[side]).join(""))
    + path("vg-axis", !x.bare && below)
    + path("vg-axis", !y.bare && beside)
  );
}

function drawTicks({ x, y }, rect, unit) {
  const foot = rect.y + rect.h,
    size = SIZE.tick;
  const across = x.places.map((u) => rect.x + (u / unit) * rect.w);
  const up = y.places.map((u) => foot - (u / unit) * rect.h);
  const widths = x.texts.map((words) => wordsWidth(words, size)),
    heights = y.texts.map(() => size);
  const isFree = spaced(across, widths, 6),
    isOpen = spaced(up, heights, 2);
  const below = { size, align: "center", valign: "top" },
    beside = { size, align: "right", valign: "center" };
  return [
    ...x.texts.map((words, i) =>
      isFree[i] ? drawWords(words, across[i], foot + SIZE.tickGap, below) : "",
    ),
    ...y.texts.map((words, i) =>
      isOpen[i] ? drawWords(words, rect.x - SIZE.tickGap, up[i], beside) : "",
    ),
  ].join("");
}

// The words around a panel: labels, smaller where there is less room, what numbers share, title.
function drawLabels({ x, y, title, titleAt, titleFill, legend }, rect) {
  const { w, h, left, bottom, from, room } = rect,
    foot = rect.y + rect.h;
  const fit = (words, most) =>
    Math.max(
      SIZE.least,
      Math.min(SIZE.label, (SIZE.label * most) / wordsWidth(words, SIZE.label)),
    );
  const most = labelRoom(rect),
    label = wrap(x.label, SIZE.label, most),
    drop = ticksBelow(x, SIZE.labelDrop, 10) + offsetHeight(x);
  const size = fit(y.label, h + 30),
    half = wordsWidth(y.label, size) / 2,
    up = Math.max(half, Math.min(rect.y + h / 2, foot + bottom - half)); // in the picture
  const lines = wrap(title, SIZE.title, room - SIZE.aside),
    wide = wordsWidth(lines, SIZE.title),
    above = 8 + legendHeight(legend, w) + offsetHeight(y);
  const align = titleAt || "center",
    share = { left: 0, right: 1 }[align] ?? 0.5,
    start = Math.min(rect.x + share * (w - wide), from + room - wide), // within its room
    at = Math.max(from + 6, start) + share * wide;
  const put = (words, ...place) => (words ? drawWords(words, ...place) : "");
  return [
    put(label, rect.x + w / 2, foot + drop, {
      size: fit(label, most),
      align: "center",
      valign: "top",
      color: x.labelFill,
    }),
    put(y.label, rect.x - left + 11, up, {
      size,
      align: "center",
      valign: "center",
      turn: 90,
      color: y.labelFill,
    }),
    put(y.offset, rect.x, rect.y - 5, { size: SIZE.tick, valign: "bottom" }),
    put(x.offset, rect.x + w, foot + SIZE.labelDrop, {
      size: SIZE.tick,
      align: "right",
      valign: "top",
    }),
    put(lines, at, rect.y - above, {
      size: SIZE.title,
      align,
      valign: "bottom",
      color: titleFill,
    }),
  ].join("");
}

const drawFrame = (frame, rect, unit, clip) =>
  drawAxes(frame, rect, unit)
  + drawTicks(frame, rect, unit)
  + drawLabels(frame, rect)
  + drawLegend(frame, rect, unit, clip)
  + (frame.bar ? drawBar(frame.bar, rect, unit) : "");

export function drawPanel({ frame, marks }, rect, unit, clip) {
  const { x, y, w, h } = rect;
  const runs = []; // marks that the panel clips, and those that it does not, in turn
  for (const mark of marks) {
    const last = runs.at(-1);
    if (last && last[0].unclipped === mark.unclipped) last.push(mark);
    else runs.push([mark]);
  }
  const body = runs
    .map((run, k) => {
      const drawn = drawMarks(run, rect, unit, `${clip}-${k}`);
      return run[0].unclipped ? drawn : `<g clip-path="url(#${clip})">${drawn}</g>`;
    })
    .join("");
  return (
    `<clipPath id="${clip}"><rect x="${x}" y="${y}" width="${w}" height="${h}"/></clipPath>`
    + `<g class="vg-panel">${drawFrame(frame, rect, unit, clip)}${body}</g>`
  );
}
