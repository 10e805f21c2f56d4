// The controls of a figure: native inputs with labels, Play, Reset and the link to a state.
import { escapeText } from "./marks.js";

const slider = ({ texts }) => `<input type="range" min="0" max="${texts.length - 1}" step="1">`;
const option = (text, k) => `<option value="${k}">${escapeText(text)}</option>`;
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
    box.setAttribute("aria-label", "Controls of the figure");
    this.show(this.state);
  }

  addRow(spec, i, id) {
    const row = document.createElement("div"),
      isSlider = spec.kind === "slider";
    row.className = "vg-control";
    row.innerHTML =
      `<label for="${id}">${escapeText(spec.label)}</label>${WIDGET[spec.kind](spec)}`
      + (isSlider ? `<output for="${id}"></output>` : "")
      + (spec.interval ? '<button type="button" class="vg-play"></button>' : "");
    const [, input] = row.children,
      output = row.querySelector("output"),
      play = row.querySelector("button");
    input.id = id;
    input.dataset.lmSuppressShortcuts = "true"; // JupyterLab would take the arrow keys
    if (output) output.style.minWidth = `${Math.max(...spec.texts.map((text) => text.length))}ch`;
    input.addEventListener("input", () => {
      const at = Number(spec.kind === "switch" ? input.checked : input.value);
      this.stop();
      this.go(this.state.with(i, at));
    });
    if (play) play.addEventListener("click", () => (this.timer ? this.stop() : this.play(i)));
    this.box.append(row);
    return { input, output, play };
  }

  addButtons(link) {
    const box = document.createElement("div");
    box.className = "vg-buttons";
    const add = (words, action) => {
      const button = Object.assign(document.createElement("button"), {
        type: "button",
        textContent: words,
      });
      button.addEventListener("click", () => action(button));
      box.append(button);
    };
    add("Reset", () => {
      this.stop();
      this.go(this.specs.map((spec) => spec.start));
    });
    if (link) add("Link to this state", (button) => this.share(button, link()));
    this.box.append(box);
  }

  show(state) {
    this.state = state;
    this.specs.forEach((spec, i) => {
      const { input, output, play } = this.rows[i],
        at = state[i];
      if (spec.kind === "switch") input.checked = at === 1;
      else input.value = at;
      if (output) {
        output.textContent = spec.texts[at];
        input.setAttribute("aria-valuetext", spec.texts[at]);
        input.style.setProperty("--at", `${(100 * at) / (spec.texts.length - 1)}%`);
      }
      if (play) {
        play.textContent = this.timer ? "Pause" : isStill() ? "Step" : "Play";
        play.setAttribute("aria-label", `${play.textContent} ${spec.label}`);
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
      if (!this.box.isConnected || this.state[i] === last) this.stop();
      else step();
    }, interval);
    step();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    this.show(this.state);
  }

  async share(button, address) {
    history.replaceState(null, "", address);
    const copied = await navigator.clipboard?.writeText(location.href).then(
      () => true,
      () => false,
    );
    const words = button.textContent;
    button.textContent = copied ? "Link copied" : "Link is in the address bar";
    this.say(button.textContent);
    setTimeout(() => (button.textContent = words), 2500);
  }
}
