// What hands and keys take hold of: a lever for all scales, a slider for each, a button for what
// comes after each layer but the last.
import { fill } from "../../explore/page/fill.js";
import { KINDS, SCALES, rescue } from "./rules.js";
import { SIZE, heightOf, scaleAt } from "./layout.js";
import { SIGN } from "./picture.js";

const ARROWS = '<svg viewBox="-12 -16 24 32"><path d="M-6 -5L0 -11L6 -5M-6 5L0 11L6 5"/></svg>';
const TAP = 4; // pixels that a finger may move and still tap
const LENS = 12; // pixels, either way of home, within which the lever moves finely

// Calls move(y) while a pointer drags an element up and down, and tap() where it did not.
function draggable(element, { start, move, tap }) {
  let from = null,
    isTap = true;
  element.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    element.setPointerCapture(event.pointerId);
    [from, isTap] = [event.clientY, true];
    element.classList.add("vg-held");
    start();
    event.preventDefault(); // no text is selected
  });
  element.addEventListener("pointermove", ({ clientY }) => {
    if (from === null) return;
    if (Math.abs(clientY - from) > TAP) isTap = false;
    move(clientY - from);
  });
  const end = ({ type }) => {
    if (from !== null && isTap && type === "pointerup") tap?.();
    from = null;
    element.classList.remove("vg-held");
  };
  for (const kind of ["pointerup", "pointercancel"]) element.addEventListener(kind, end);
}

export class Parts {
  constructor(carry, box) {
    Object.assign(this, { carry, box, layers: [], gaps: [], at: 0 });
    this.lever = document.createElement("div");
    this.lever.className = "vg-lever vg-fresh"; // until a hand has changed anything
    this.lever.setAttribute("aria-hidden", "true"); // the slider "scale of all" is its twin
    this.lever.innerHTML = `<span>${ARROWS}</span>`;
    box.before(this.lever);
    this.pull();
    box.addEventListener("keydown", (event) => this.press(event));
    box.addEventListener("focusin", ({ target }) => this.enter(this.items.indexOf(target)));
    for (const kind of ["focusin", "focusout"]) {
      box.addEventListener(kind, () => carry.set(carry.recipe)); // which shows it, and what to say
    }
  }

  get items() {
    return this.layers.flatMap((layer, i) => (this.gaps[i] ? [layer, this.gaps[i]] : [layer]));
  }

  // The lever follows a finger up and down. Near the place where the error comes home at its size
  // of 1, if there is one, it moves finely: its distance from there is the square of the finger's,
  // over LENS, and where both are LENS it has caught up. A tap saves the error, but only once.
  pull() {
    let scales, y, home, finger, isFresh;
    const start = () => {
      isFresh = this.lever.matches(".vg-fresh");
      ({ scales } = this.carry.recipe);
      y = this.y;
      const factor = rescue(this.carry.recipe);
      home = factor ? heightOf(scaleAt(y) * factor) : NaN;
      const away = y - home;
      finger = Math.abs(away) < LENS ? Math.sign(away) * Math.sqrt(Math.abs(away) * LENS) : away;
    };
    const move = (by) => {
      const at = finger + by;
      const after = home + (Math.abs(at) < LENS ? (at * Math.abs(at)) / LENS : at);
      this.carry.times(scaleAt(isNaN(home) ? y + by : after) / scaleAt(y), scales);
    };
    draggable(this.lever, { start, move, tap: () => isFresh && this.carry.save() });
  }

  addLayer(i) {
    const layer = document.createElement("div");
    layer.className = "vg-layer";
    layer.setAttribute("role", "slider");
    layer.setAttribute("aria-label", fill(WORDS.carry.layer, { n: i + 1 }));
    layer.setAttribute("aria-orientation", "vertical");
    layer.setAttribute("aria-valuemin", SCALES.least);
    layer.setAttribute("aria-valuemax", SCALES.most);
    let y;
    const start = () => {
      y = heightOf(this.carry.recipe.scales[i]);
      layer.focus({ preventScroll: true });
    };
    draggable(layer, { start, move: (by) => this.carry.scaleLayer(i, scaleAt(y + by)) });
    return layer;
  }

  addGap(i) {
    const gap = document.createElement("button");
    gap.type = "button";
    gap.addEventListener("click", () => this.carry.turnGap(i));
    return gap;
  }

  // Left and right go along the row, up and down set a scale.
  press(event) {
    const { items } = this,
      last = items.length - 1,
      now = items.indexOf(document.activeElement);
    const go = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
    const by = { ArrowUp: 0.05, ArrowDown: -0.05, PageUp: 0.25, PageDown: -0.25 }[event.key];
    const i = this.layers.indexOf(items[now]);
    if (go !== undefined) items[Math.max(0, Math.min(last, go))].focus();
    else if (by && i >= 0) this.carry.scaleLayer(i, this.carry.recipe.scales[i] + by);
    else return;
    event.preventDefault();
  }

  // Whether a hand is at layer 1, whose scale the error does not pass.
  get isAtFirst() {
    return this.layers.length > 0 && document.activeElement === this.layers[0];
  }

  // One of the row is a stop of the keyboard: the one that had the focus last.
  enter(at) {
    this.at = Math.max(0, at);
    this.items.forEach((item, k) => (item.tabIndex = k === this.at ? 0 : -1));
  }

  show({ scales, between }, { pitch, width, x }, y) {
    this.y = y;
    const isOpen = pitch >= SIZE.part,
      count = isOpen ? scales.length : 0;
    if (this.layers.length !== count) {
      this.layers = scales.slice(0, count).map((_, i) => this.addLayer(i));
      this.gaps = this.layers.slice(1).map((_, i) => this.addGap(i));
      this.box.replaceChildren(...this.items);
      this.enter(Math.min(this.at, this.items.length - 1));
    }
    this.box.hidden = !isOpen;
    this.layers.forEach((layer, i) => {
      layer.style.transform = `translate(${x(i + 1)}px, ${heightOf(scales[i])}px)`;
      layer.style.width = `${Math.min(pitch, 44)}px`;
      layer.setAttribute("aria-valuenow", scales[i]);
      layer.setAttribute("aria-valuetext", scales[i].toFixed(2));
    });
    this.gaps.forEach((gap, i) => {
      gap.className = `vg-gap vg-${between[i]}`;
      gap.textContent = SIGN[between[i]];
      gap.title = fill(WORDS.carry.gap, { n: i + 1, kind: KINDS[between[i]] });
      gap.setAttribute("aria-label", gap.title);
      gap.style.transform = `translate(${x(i + 1.5)}px, ${SIZE.gaps}px)`;
    });
    this.lever.style.transform = `translate(${width - SIZE.edge / 2}px, ${y}px)`;
  }
}
