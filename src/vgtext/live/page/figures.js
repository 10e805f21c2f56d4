// Figures that Python answers: what anywidget is to a figure in a notebook, over the worker.
import { live } from "../../explore/page/live.js";
import { words } from "./words.js";

class Model {
  constructor({ key, spec, payload }, send) {
    const state = spec.controls.map(({ start }) => start);
    Object.assign(this, { key, send, exact: {}, hearers: new Set() });
    this.held = { spec, want: { state, turn: 0 }, scene: { state, turn: 0, payload } };
  }

  get(name) {
    return this.held[name];
  }

  set(name, value) {
    this.held[name] = value;
  }

  save_changes() {
    if (this.held.want.drag) this.exact = {}; // a handle moves all controls
    this.send(this.key, { ...this.held.want, exact: this.exact });
  }

  on(_, hearer) {
    this.hearers.add(hearer);
  }

  off(_, hearer) {
    this.hearers.delete(hearer);
  }

  answer(scene) {
    this.held.scene = scene;
    for (const hearer of this.hearers) hearer();
  }
}

const isNumber = (text) => text.trim() !== "" && Number.isFinite(Number(text));

// The address of the state that a figure shows; a value that its slider does not list is as good.
const address = ({ id }, { spec, state }, { exact }) =>
  `#${id}?${spec.controls
    .map(
      ({ name, texts }, i) =>
        `${name}=${encodeURIComponent(exact[name] ?? texts[Math.round(state[i])])}`,
    )
    .join("&")}`;

export class Figures {
  // send(key, want) asks Python.
  constructor(send) {
    Object.assign(this, { send, models: new Map(), awake: new Map() });
  }

  answer({ key, scene }) {
    this.models.get(String(key))?.answer(scene);
  }

  // Lets Python answer the figure of `cell`: one that the page had, where a reader has left it, or
  // a new one.
  wake(cell, given) {
    const model = new Model(given, this.send),
      old = cell.old.find(({ id }) => id === given.id);
    const element = old || document.createElement("vg-explore");
    this.models.set(String(given.key), model);
    const before = element.view || null;
    if (!old) element.id = given.id;
    element.querySelector(".vg-sleeping")?.remove();
    element.asleep ||= [...element.childNodes];
    element.classList.add("vg-explore", "vg-awake");
    // the states that were computed are not asked for any more
    element.opened ||= Promise.resolve(null);
    cell.output.append(element);
    Promise.resolve(element.opened).then((computed) => {
      element.computed ??= computed;
      const end = live({
        model,
        el: element,
        link: (view) => address(element, view, model),
      });
      element.view = end.view;
      element.opened = Promise.resolve(end.view);
      this.letGo(end.view, model);
      for (const [i] of given.spec.controls.entries()) this.addExact(end.view, model, i);
      this.keepState(end.view, before || computed);
    });
    this.awake.set(element, cell);
  }

  // A control that a reader had moved stays where it was; the others open where the code says.
  keepState(view, before) {
    if (!before) return;
    const state = view.spec.controls.map(({ name, texts, start }) => {
      const i = before.spec.controls.findIndex((control) => control.name === name);
      const was = before.spec.controls[i];
      if (!was || before.state[i] === was.start) return start;
      const at = texts.indexOf(was.texts[before.state[i]]);
      return at < 0 ? start : at;
    });
    if (state.some((at, i) => at !== view.spec.controls[i].start)) view.go(state);
  }

  // A value that was typed holds until its control moves, or all go back to where they are: Reset.
  letGo(view, model) {
    const go = view.go.bind(view);
    view.go = (state) => {
      const moved = state.map((at, i) => at !== view.state[i]);
      view.spec.controls.forEach(({ name }, i) => {
        if (moved[i] || !moved.includes(true)) delete model.exact[name];
      });
      go(state);
    };
  }

  // The value beside a slider of numbers can be typed over: any number, not only those that it
  // lists.
  addExact(view, model, i) {
    const { kind, texts, label, name } = view.spec.controls[i],
      { value } = view.controls.rows[i];
    if (kind !== "slider" || !texts.every(isNumber)) return;
    const box = document.createElement("input"),
      isWhole = texts.every((text) => /^-?\d+$/.test(text));
    Object.assign(box, { type: "text", className: "vg-exact", size: 5 });
    box.setAttribute("aria-label", words.exact(label));
    let shown = (box.value = value.textContent);
    value.after(box);
    value.hidden = true;
    new MutationObserver(() => {
      if (name in model.exact || value.textContent === shown) return; // what is being typed stays
      shown = box.value = value.textContent;
    }).observe(value, { childList: true, characterData: true, subtree: true });
    box.addEventListener("change", () => {
      const typed = box.value.replace("\u2212", "-"), // as the value is shown
        wanted = Number(typed);
      if (!isNumber(typed) || (isWhole && !Number.isInteger(wanted))) {
        box.value = value.textContent;
        return;
      }
      shown = box.value;
      model.exact[name] = wanted;
      view.ask(view.state);
    });
  }

  // Python has stopped: what the page had computed answers again, other figures stand still; both
  // say so.
  sleep() {
    for (const [element, cell] of this.awake) {
      const isOfThePage = element.asleep.length > 0;
      if (isOfThePage) {
        element.replaceChildren(...element.asleep);
        element.opened = element.computed && Promise.resolve(element.computed);
        element.open();
      } else if (element.view) element.view.ask = element.view.drag = () => {};
      element.view = null;
      element.classList.remove("vg-awake");
      element.append(this.notice(isOfThePage ? words.asleep : words.gone, cell));
    }
    this.awake.clear();
    this.models.clear();
  }

  notice(text, cell) {
    const notice = document.createElement("p"),
      button = document.createElement("button");
    notice.className = "vg-notice vg-sleeping";
    notice.setAttribute("role", "status");
    button.type = "button";
    button.textContent = words.wake;
    button.addEventListener("click", () => cell.page.run(cell));
    notice.append(text, " ", button);
    return notice;
  }
}
