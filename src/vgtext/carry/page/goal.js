// The line below the picture: what to do, and, once the error is home, what to try next, and why.
import { LAYERS, LIMITS, alike, isHome } from "./rules.js";

const NEAR = 30; // times too small or too large
const NEXT = [
  [WORDS.carry.deep, alike(LAYERS.most, 0.3, "none")],
  [WORDS.carry.relus, alike(10, 1, "relu")],
  [WORDS.carry.shortcuts, alike(LAYERS.most, 0.3, "shortcut")],
];
// Whether the ribbon ends between the posts or at them, and yet not on them.
const isNear = (size) => size > LIMITS.vanished / NEAR && size < LIMITS.exploded * NEAR;
const isLike = ({ scales, between }, other) =>
  scales.length === other.scales.length && between.every((kind) => kind === other.between[0]);

export class Goal {
  // go(recipe) is called when a reader wants one of the next; `why` is the address of the reason.
  constructor(box, go, why) {
    const add = (name, words) => {
      const element = Object.assign(document.createElement(name), { textContent: words });
      box.append(element, " ");
      return element;
    };
    this.words = add("span", "");
    this.buttons = NEXT.map(([words, recipe]) => {
      const button = Object.assign(add("button", words), { type: "button" });
      button.addEventListener("click", () => go(recipe));
      return button;
    });
    this.why = add("a", WORDS.carry.why);
    if (why) this.why.href = why;
    this.won = new Set();
  }

  // Offers the first two of the next that have not been brought home.
  show(recipe, size, isAtFirst) {
    const isWon = isHome(size) && !isAtFirst;
    if (isHome(size)) {
      NEXT.forEach((next, i) => isLike(recipe, next[1]) && this.won.add(i));
    }
    const left = NEXT.map((_, i) => i).filter((i) => !this.won.has(i));
    const offered = isWon ? left.slice(0, 2) : [];
    const praise = left.length ? WORDS.carry.again : WORDS.carry.done;
    const away = isNear(size) ? WORDS.carry.nearly : WORDS.carry.goal;
    const goal = isAtFirst ? WORDS.carry.first : away;
    this.words.textContent = isWon ? praise : goal;
    this.buttons.forEach((button, i) => (button.hidden = !offered.includes(i)));
    this.why.hidden = !isWon || !this.why.href;
    return isWon ? `${praise} ${offered.map((i) => NEXT[i][0]).join(", ")}` : ""; // to be spoken
  }
}
