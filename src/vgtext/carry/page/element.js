// The figure: an element of a page, <vg-carry>, and a widget, vgCarry.live. Its state is a recipe;
// the address carries it.
import { fill } from "../../explore/page/fill.js";
import { KINDS, LAYERS, SCALES, START, number, rescue, run, sentence } from "./rules.js";
import { clamp, meanOf, readRecipe, resized, written } from "./recipe.js";
import { heightOf, plan } from "./layout.js";
import { draw } from "./picture.js";
import { Parts } from "./parts.js";
import { Goal } from "./goal.js";

const { Controls, typeset, voice } = globalThis.vgExplore; // of the script that all figures share

const TEXTS = [
  Array.from({ length: LAYERS.most - 1 }, (_, i) => String(i + LAYERS.least)),
  Array.from({ length: 66 }, (_, i) => ((i < 7 ? 3 + i : 5 * i - 25) / 100).toFixed(2)),
  [...Object.values(KINDS), WORDS.carry.mix],
];
const spec = (name, label, kind, texts, start) => ({ name, label, kind, texts, start });
const SPECS = [
  spec("layers", WORDS.carry.layers, "slider", TEXTS[0], 8),
  spec("scale", WORDS.carry.scale, "slider", TEXTS[1], 11),
  spec("between", WORDS.carry.between, "choice", TEXTS[2], 0),
];
const LAYERED =
  '<div class="vg-scene"></div><div class="vg-parts" role="group"></div>'
  + '<div class="vg-hidden" aria-live="polite"></div>';

export class Carry {
  constructor(root, { link } = {}) {
    this.recipe = START;
    this.picture = root.querySelector(".vg-picture");
    this.caption = root.querySelector("figcaption");
    root.querySelector("figure").setAttribute("aria-label", WORDS.carry.name);
    this.picture.insertAdjacentHTML("beforeend", LAYERED);
    const [scene, parts, live] = [...this.picture.children].slice(-3);
    Object.assign(this, { scene, box: parts, say: voice(live) });
    parts.setAttribute("aria-label", WORDS.carry.parts);
    const box = root.querySelector(".vg-controls");
    this.controls = new Controls(box, SPECS, {
      key: root.id || "vg-carry",
      go: (state) => this.go(state),
      isBusy: () => false,
      link: link && (() => link(written(this.recipe))),
      say: this.say,
    });
    const reset = ({ target }) => target.textContent === WORDS.figure.reset && this.set(START);
    box.addEventListener("click", reset, true);
    this.parts = new Parts(this, this.box);
    const next = (recipe) => {
      this.set(recipe);
      this.controls.rows[1].input.focus({ preventScroll: true }); // the button goes away
    };
    this.goal = new Goal(root.querySelector(".vg-next"), next, root.dataset.why);
    new ResizeObserver(() => {
      if (this.picture.clientWidth !== this.way?.width) this.show();
    }).observe(this.picture);
    this.set(START);
    this.picture.querySelector(".vg-print")?.remove();
  }

  // A control was moved: one of the three differs from what is shown.
  go(state) {
    this.controls.show(state);
    const { scales, between } = this.recipe;
    const moved = state.findIndex((at, i) => at !== this.state[i]);
    if (moved === 0) this.set(resized(this.recipe, state[0] + LAYERS.least));
    else if (moved === 1) {
      this.set({ scales: scales.map(() => Number(TEXTS[1][state[1]])), between });
    } else if (moved === 2 && state[2] < 4) {
      this.set({ scales, between: between.map(() => Object.keys(KINDS)[state[2]]) });
    } else this.show();
  }

  // Multiplies all scales, those of `scales` if they are given.
  times(factor, scales = this.recipe.scales) {
    this.set({ scales: scales.map((s) => clamp(s * factor)), between: this.recipe.between });
  }

  scaleLayer(i, s) {
    const { scales, between } = this.recipe;
    this.set({ scales: scales.with(i, clamp(s)), between });
  }

  // Puts what comes next after layer i + 1.
  turnGap(i) {
    const { scales, between } = this.recipe,
      kinds = Object.keys(KINDS);
    const next = kinds[(kinds.indexOf(between[i]) + 1) % kinds.length];
    this.set({ scales, between: between.with(i, next) });
  }

  // Lets all scales go, in steps that can be seen, to where the error comes home.
  save() {
    const { scales } = this.recipe,
      factor = rescue(this.recipe),
      isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const steps = isStill ? 1 : 20;
    let k = 0;
    const step = () => {
      k += 1;
      this.times(factor ** (k / steps), scales);
      if (k < steps) this.saving = requestAnimationFrame(step);
    };
    cancelAnimationFrame(this.saving);
    step();
  }

  set(recipe) {
    this.recipe = recipe;
    if (recipe !== START) this.parts.lever.classList.remove("vg-fresh");
    if (this.due) return;
    this.due = requestAnimationFrame(() => {
      this.due = 0;
      this.show();
    });
  }

  show() {
    const { scales, between } = this.recipe,
      width = this.picture.clientWidth;
    const nearest = TEXTS[1].map((text) => Math.abs(Math.log(text / meanOf(scales))));
    const kind = new Set(between).size > 1 ? 4 : Object.keys(KINDS).indexOf(between[0]);
    this.state = [scales.length - LAYERS.least, nearest.indexOf(Math.min(...nearest)), kind];
    const ends = [Math.min(...scales), Math.max(...scales)].map((s) => s.toFixed(2));
    const [low, high] = ends,
      range = fill(WORDS.carry.to, { low, high });
    this.controls.show(this.state, [undefined, low === high ? low : range]);
    if (!width) return;
    this.way = plan(width, scales.length);
    const result = run(this.recipe),
      words = sentence(this.recipe, result.sizes[0]);
    this.scene.innerHTML = draw(this.recipe, result, this.way);
    this.parts.show(this.recipe, this.way, heightOf(meanOf(scales)));
    const isAtFirst = this.parts.isAtFirst && !between.includes("norm"); // which feels its scale
    const next = this.goal.show(this.recipe, result.sizes[0], isAtFirst);
    if (this.words && this.words !== words) {
      clearTimeout(this.later);
      this.later = setTimeout(() => this.say(`${words} ${next}`.trim()), 700);
    }
    this.words = words;
    this.caption.innerHTML = typeset(words).replace(/ (×|=) (?=[\d√])/g, "\u00a0$1\u00a0");
  }
}

class Element extends HTMLElement {
  connectedCallback() {
    if (this.carry) return;
    this.carry = new Carry(this, { link: (query) => `#${this.id}?${query}` });
    this.classList.add("vg-open");
    addEventListener("hashchange", () => this.follow());
    this.follow();
  }

  follow() {
    let hash = location.hash.slice(1);
    try {
      hash = decodeURIComponent(hash);
    } catch {} // a malformed %: nothing of ours
    const [id, query] = hash.split("?");
    if (id !== this.id || !query) return;
    this.carry.set(readRecipe(query));
    this.scrollIntoView();
  }
}

if (!customElements.get("vg-carry")) customElements.define("vg-carry", Element);

const FIGURE =
  '<div class="vg-explore vg-carry"><figure><div class="vg-picture"></div>'
  + '<div class="vg-next"></div><div class="vg-controls"></div><figcaption></figcaption></figure>'
  + "</div>";

function live({ el }) {
  el.innerHTML = FIGURE;
  new Carry(el.firstChild);
}
globalThis.vgCarry = { live, run, sentence, number, rescue, readRecipe, written };
