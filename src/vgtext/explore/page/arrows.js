// Arrows as SVG: a line, bent or straight, that leaves its label free, and its heads.
import { SIZE, lineCount, wordsWidth } from "./layout.js";
import { look, round } from "./ink.js";

// The point where a line, bent or straight, from the middle of a label to a target leaves the
// label; nothing if the target lies below it.
function leave([words, size, align, valign], x, y, targetX, targetY, bend) {
  const letters = Math.max(SIZE.least, size);
  const w = wordsWidth(words, letters) + 8,
    h = lineCount(words) * letters * SIZE.lineHeight + 4;
  const middleX = x + { left: w / 2 - 4, center: 0, right: 4 - w / 2 }[align];
  const middleY = y + ({ top: h / 2 - 2, bottom: 2 - h / 2, baseline: 4 - h / 2 }[valign] || 0);
  const dx = targetX - middleX - 2 * bend * (targetY - middleY),
    dy = targetY - middleY + 2 * bend * (targetX - middleX);
  const reach = Math.min(w / 2 / Math.abs(dx || 1e-9), h / 2 / Math.abs(dy || 1e-9));
  return reach < 1 ? [middleX + dx * reach, middleY + dy * reach] : null;
}

function drawHead(tipX, tipY, fromX, fromY) {
  const long = Math.hypot(tipX - fromX, tipY - fromY),
    size = Math.min(9, long);
  const angle = Math.atan2(tipY - fromY, tipX - fromX);
  const [across, up] = [Math.cos, Math.sin].map((part) => (turn) => size * part(angle + turn));
  const barb = (turn) => `${round(tipX - across(turn))} ${round(tipY - up(turn))}`;
  return long < 1 ? "" : `M${barb(0.45)}L${round(tipX)} ${round(tipY)}L${barb(-0.45)}`;
}

export function drawArrow(mark, X, Y) {
  const [shiftX, shiftY] = mark.shift,
    [bx, by] = [X(mark.to[0]), Y(mark.to[1])],
    bend = mark.bend || 0;
  let start = [X(mark.from[0]) + shiftX, Y(mark.from[1]) - shiftY];
  if (mark.label) start = leave(mark.label, ...start, bx, by, bend);
  if (!start) return "";
  const [ax, ay] = start;
  const qx = (ax + bx) / 2 - bend * (by - ay),
    qy = (ay + by) / 2 + bend * (bx - ax);
  const line = `M${round(ax)} ${round(ay)}Q${round(qx)} ${round(qy)} ${round(bx)} ${round(by)}`;
  const heads =
    (mark.heads[1] === "1" ? drawHead(bx, by, qx, qy) : "")
    + (mark.heads[0] === "1" ? drawHead(ax, ay, qx, qy) : "");
  return (
    `<g stroke-linecap="round"><path d="${line}" ${look({ ...mark, fill: null })}/>`
    + `<path d="${heads}" ${look({ ...mark, dashes: null })}/></g>`
  );
}
