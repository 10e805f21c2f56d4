// The ribbon of the error on its way home, the house, the posts at its door, and the words below.
import { fill } from "../../explore/page/fill.js";
import { LIMITS, isHome, number } from "./rules.js";
import { SIZE, round, share, text } from "./layout.js";

const WIDEST = 1.75; // share of a ribbon
const HOUSE = "M-17 1L0 -15L17 1H12V15H-12V1Z"; // and its door
const DOOR = "M-4 15V4H4V15";
// Home are ribbons whose edges run between the ends of the two posts.
const POSTS = [LIMITS.vanished, LIMITS.exploded].map((size) => round(SIZE.half * share(size, 9)));
const GATE = [-1, 1].map((sign) => {
  const [inner, outer] = POSTS.map((y) => sign * y);
  return `<path class="vg-gate" d="M19 ${inner}V${outer}M15 ${inner}H23M15 ${outer}H23"/>`;
}).join("");

function drawHouse(x, size) {
  const look = isHome(size) ? "vg-home" : size > LIMITS.exploded ? "vg-burst" : "";
  return (
    `<g class="vg-house ${look}" transform="translate(${round(x)} ${SIZE.ribbon})">`
    + `<path d="${HOUSE}"/><path class="vg-door" d="${DOOR}"/>${GATE}</g>`
  );
}

// An edge through stops, [x, half a width]: above the middle for sign -1, below it for 1.
function edge(stops, sign) {
  const steps = stops.map(([x, half], i) => {
    const y = round(SIZE.ribbon + sign * half);
    if (!i) return `${round(x)} ${y}`;
    const [before, last] = stops[i - 1],
      middle = round((x + before) / 2);
    return `C${middle} ${round(SIZE.ribbon + sign * last)} ${middle} ${y} ${round(x)} ${y}`;
  });
  return steps.join("");
}

// The ribbon from the last layer back to the first, its width the error's size on a log scale.
// What a layer does to the error is seen below its bar. Layer 1 is home; its bar is not passed.
export function drawRibbon({ sizes }, { x, width, count }) {
  const half = sizes.map((size) => SIZE.half * share(size, WIDEST));
  const start = width - SIZE.edge / 2,
    house = Math.min(x(1), x(1.5) - 17),
    wall = round(house + 17);
  const stops = [[start, half[count - 1]], ...half.map((h, i) => [x(i + 1.5), h]).reverse()];
  stops.push([wall, half[0]]);
  const end = stops[stops.findLastIndex(([, h]) => h > 0) + 1]?.[0] ?? 0; // where it is lost
  const reach = stops.findLast(([, h]) => h > 1.5) ?? stops[0];
  const ghosts = [-1, 1].map((sign) => {
    const y = SIZE.ribbon + sign * SIZE.half;
    return `<path class="vg-ghost" d="M${start} ${y}H${wall}"/>`;
  });
  const hasRoom = end > wall + 35;
  return (
    ghosts.join("")
    + `<path class="vg-ribbon" d="M${edge(stops, -1)}L${edge([...stops].reverse(), 1)}Z"/>`
    + `<path class="vg-flow" d="M${start} ${SIZE.ribbon}H${round(reach[0])}"/>`
    + (hasRoom ? text(end - 4, SIZE.ribbon + 4, "end", WORDS.carry.ends, "vg-error-word") : "")
    + drawHouse(house, sizes[0])
  );
}

// Below the ribbon: what arrives, what becomes of it, and what counts as home.
export function drawNote({ sizes }, width) {
  const [home, least, most] = [sizes[0], LIMITS.vanished, LIMITS.exploded];
  const fate = home < least ? WORDS.carry.too_little : home > most ? WORDS.carry.too_much : "";
  const gets = fill(WORDS.carry.gets, { size: number(home) });
  const limits = fill(WORDS.carry.limits, { least: number(least), most: number(most) });
  return (
    text(2, SIZE.note, "start", fate ? `${gets}: ${fate}` : gets, "vg-word")
    + (width < SIZE.small ? "" : text(width - 2, SIZE.note, "end", limits))
  );
}
