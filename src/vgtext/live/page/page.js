// The page after the click: Python starts, cells become editors, figures wake.
import { words, failure } from "./words.js";
import { keepForLater } from "./keep.js";
import { Python } from "./python.js";
import { Cell } from "./cells.js";
import { Figures } from "./figures.js";
import { Order } from "./order.js";
import { keepChanges, recallChanges } from "./changes.js";
import { changedNotebook, save } from "./notebook.js";

const slug = () => location.pathname.match(/([^/]*?)(\.html)?$/)[1] || "index";
const addFile = (tag, given) =>
  new Promise((done, fail) => {
    const element = document.createElement(tag);
    Object.assign(element, given, { onload: done, onerror: () => fail(new Error("missing file")) });
    document.head.append(element);
  });

class Page {
  constructor({ row, button, words: line, own, base }) {
    Object.assign(this, { row, button, line, own, base, cells: [] });
    this.order = new Order(this);
    this.figures = new Figures((key, want) => this.python.send("want", { key, want }));
    const { files } = globalThis.vgLive;
    this.style = addFile("link", { rel: "stylesheet", href: `${base}live.css?v=${files.version}` });
    if (files.elsewhere) this.ask(files);
    else this.begin(files);
  }

  // The large files are with another host, which will see who asks: only where the reader agrees.
  ask(files) {
    const { host } = new URL(files.elsewhere.base),
      yes = document.createElement("button");
    yes.type = "button";
    yes.textContent = words.load(host);
    this.say(words.elsewhere(host, files.total));
    yes.addEventListener("click", () => {
      yes.remove();
      this.begin(files);
    });
    this.row.append(" ", yes);
    yes.focus();
  }

  begin(files) {
    this.say(words.loading);
    this.python = new Python(this.base, files, (message) => this.hear(message));
    if (this.own) this.startOwn(files);
    this.python.ready.then(
      (version) => this.open(version),
      () => {},
    );
  }

  // Shows a text, which is heard as well where nothing was for so many milliseconds.
  say(text, quiet = 0) {
    const isHeard = !(performance.now() - this.heard < quiet);
    this.line.ariaLive = isHeard ? "polite" : "off";
    if (isHeard) this.heard = performance.now();
    this.line.textContent = text;
    if (this.python) this.python.stage = text;
  }

  // A page with something of its own, which gets Python at once.
  async startOwn({ version }) {
    const name = this.own.dataset.live;
    addFile("link", { rel: "stylesheet", href: `${this.base}${name}.css?v=${version}` });
    await addFile("script", { src: `${this.base}${name}.js?v=${version}` });
    globalThis[`vg${name[0].toUpperCase()}${name.slice(1)}`].start(this.own, this.python);
  }

  open(version) {
    this.say(
      this.isOpen ? words.readyAgain : this.own ? words.runs(version) : words.ready(version),
    );
    if (this.isOpen) return;
    this.isOpen = true;
    this.button.remove();
    const boxes = [...document.querySelectorAll("div.cell")].filter((box) =>
      box.querySelector(".cell_input pre"),
    );
    this.cells = boxes.map((box, number) => new Cell(box, number, this));
    if (this.cells.length) this.addButtons();
    recallChanges(this.cells);
    this.keepAll();
  }

  async keepAll() {
    const said = this.line.textContent;
    if (!(await keepForLater(this.base, globalThis.vgLive.files, this.python.loaded))) return;
    if (this.line.textContent === said) this.say(`${said} ${words.offline}`);
  }

  addButtons() {
    const bar = document.createElement("div");
    bar.className = "vg-live-bar";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", words.buttons);
    const add = (text, action) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", action);
      bar.append(button);
      return button;
    };
    add(words.runAll, () => this.order.runAll());
    this.stopper = add(words.stop, () => this.stop());
    this.stopper.disabled = true;
    add(words.restoreAll, () => this.cells.forEach((cell) => (cell.editor.code = cell.printed)));
    add(words.save, () => this.save());
    bar.append(this.line);
    this.row.replaceWith(bar);
    this.row = bar;
  }

  hear(message) {
    const { tell } = message,
      cell = this.cells[message.cell];
    if (tell === "stage" && message.unpacking) this.say(words.unpacking);
    else if (tell === "stage") this.say(words.progress(message.got, message.total), 10000);
    else if (tell === "broke") this.broke(message.words);
    else if (tell === "loading") (cell ?? this).say(words.package(message.name));
    else if (tell === "clear") cell.isNew = true;
    else if (tell === "stream")
      cell.write(message.text, message.name === "stderr" ? "stderr" : "stream");
    else if (tell === "show") cell.show(message.data);
    else if (tell === "scene") this.figures.answer(message);
    else if (tell === "done") this.order.answer(`run ${message.cell}`, message.error);
    else if (tell === "before") this.order.answer("before", message);
    else if (tell === "failed") this.failed(message);
  }

  // The worker could not do its part; what Python itself says of a cell comes with "done".
  failed({ of, cell, key, turn, words: error }) {
    const said = failure(error, "");
    if (of === "want") this.figures.answer({ key, scene: { turn, error: said } });
    else this.order.answer(of === "run" ? `run ${cell}` : of, said);
  }

  broke(error) {
    this.say(failure(error, this.isOpen ? words.ended : words.asItWas));
    this.button.disabled = false;
    if (!this.isOpen) return;
    this.settle();
    this.stopper.textContent = words.again;
    this.setBusy(true);
  }

  run(cell) {
    this.order.run(cell);
  }

  changed(cell) {
    keepChanges(this.cells);
    this.order.changed(cell);
  }

  figure(cell, given) {
    this.figures.wake(cell, given);
  }

  setBusy(isBusy) {
    this.stopper.disabled = !isBusy;
  }

  // ---- stop, save ----

  stop() {
    this.settle();
    this.say(words.stopped);
    this.stopper.textContent = words.stop;
    this.python.restart().catch(() => {});
    this.python.ready.then(
      (version) => this.open(version),
      () => {},
    );
  }

  // Nothing runs any more, and nothing that ran is there.
  settle() {
    this.order.settle();
    this.figures.sleep();
  }

  async save() {
    const source = new URL(`../../_sources/notebooks/${slug()}.ipynb`, this.base);
    try {
      const answer = await fetch(source);
      if (!answer.ok) throw new Error(answer.status);
      save(`${slug()}.ipynb`, changedNotebook(await answer.text(), this.cells));
    } catch {
      this.say(words.noNotebook);
    }
  }
}

globalThis.vgLive.start = (given) => (globalThis.vgLive.page = new Page(given));
