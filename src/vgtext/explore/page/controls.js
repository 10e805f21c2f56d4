// The controls of a figure: native inputs with labels, Play, Reset and the link to a state.
import { fill } from "./fill.js";
import { escapeText, plainly, typeset } from "./words.js";

const slider = ({ texts }) => `<input type="range" min="0" max="${texts.length - 1}" step="1">`;
const option = (text, k) => `<option value="${k}">${escapeText(plainly(text))}</option>`;
const choice = ({ texts }) => `<select>${texts.map(option).join("")}</select>`;
const WIDGET = { slider, choice, switch: () => '<input type="checkbox">' };
const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Shows a state, a list of indices into the controls' values, and calls go(state) when a reader
// wants another. isBusy says that the last wish is still being drawn; with link(), which returns
// the address of the state, there is a button for it.
export class Controls {
  constructor(box, specs, { key, go, isBusy, link, say }) {
    Object.assign(this, { box, specs, go, isBusy, say, state: specs.map((spec) => spec.start) });
    this.rows = specs.map((spec, i) => this.addRow(spec, i, `${key}-${spec.name}`));
    if (specs.length) this.addButtons(link);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", WORDS.figure.controls);
    this.show(this.state);
  }

  addRow(spec, i, id) {
    const row = document.createElement("div"),
      isSlider = spec.kind === "slider";
    row.className = "vg-control";
    row.innerHTML =
      `<label for="${id}">${typeset(spec.label)}</label>${WIDGET[spec.kind](spec)}`
      + (isSlider ? '<span class="vg-value"></span>' : "") // not an output: that would speak, too
      + (spec.interval ? '<button type="button" class="vg-play"></button>' : "");
    const [, input] = row.children,
      value = row.querySelector(".vg-value");
    const play = row.querySelector("button");
    input.id = id;
    input.dataset.lmSuppressShortcuts = "true"; // JupyterLab would take the arrow keys
    if (value) value.style.minWidth = `${Math.max(...spec.texts.map((text) => text.length))}ch`;
    input.addEventListener("input", () => {
      const at = Number(spec.kind === "switch" ? input.checked : input.value);
      this.stop();
      this.go(this.state.with(i, at));
    });
    if (play) play.addEventListener("click", () => (this.timer ? this.stop() : this.play(i)));
    this.box.append(row);
    return { input, value, play };
  }

  addButtons(link) {
    const box = document.createElement("div");
    box.className = "vg-buttons";
    const add = (words, action) => {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.textContent = words;
      button.addEventListener("click", () => action(button));
      box.append(button);
    };
    add(WORDS.figure.reset, () => {
      this.stop();
      this.go(this.specs.map((spec) => spec.start));
    });
    if (link) add(WORDS.figure.link, (button) => this.share(button, link()));
    this.box.append(box);
  }

  // Shows a state; `words` say its values where a kernel has some that no control lists.
  show(state, words = []) {
    this.state = state;
    this.specs.forEach(({ texts, label }, i) => {
      const { input, value, play } = this.rows[i],
        at = state[i];
      input.checked = input.value = at; // a switch shows the one, the others the other
      if (value) {
        const text = (words[i] ?? texts[at] ?? value.textContent).replace(/^-/, "−");
        value.innerHTML = typeset(text);
        input.setAttribute("aria-valuetext", text);
      }
      if (play) {
        const begin = isStill() ? WORDS.figure.step : WORDS.figure.play;
        play.textContent = this.timer ? WORDS.figure.pause : begin;
        const name = fill(WORDS.figure.play_of, { play: play.textContent, label });
        play.setAttribute("aria-label", name);
      }
    });
  }

  play(i) {
    const { texts, interval } = this.specs[i],
      last = texts.length - 1;
    const step = () => this.go(this.state.with(i, this.state[i] >= last ? 0 : this.state[i] + 1));
    if (isStill()) return step();
    this.timer = setInterval(() => {
      if (this.isBusy()) return;
      if (isStill() || !this.box.isConnected || this.state[i] === last) this.stop();
      else step();
    }, interval);
    step();
  }

  stop() {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = 0;
    this.show(this.state);
  }

  // Copies the address of the state; where that may not be, as in a frame or a page without a
  // certificate, it stands beside the button. It stands in the address bar as well.
  async share(button, hash) {
    const address = new URL(hash, location).href,
      before = document.activeElement;
    try {
      history.replaceState(null, "", hash);
    } catch {} // a frame without an address of its own
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      const field = this.box.querySelector(".vg-link") ?? document.createElement("input");
      Object.assign(field, { className: "vg-link", readOnly: true, value: address });
      field.setAttribute("aria-label", WORDS.figure.link);
      button.after(field);
      if (before === document.activeElement) field.select(); // it takes the focus as well
      return this.say(WORDS.figure.link_to_copy);
    }
    button.textContent = WORDS.figure.link_copied;
    this.say(WORDS.figure.link_copied);
    setTimeout(() => (button.textContent = WORDS.figure.link), 2500);
  }
}
