// The bench in a page: its form, its run, what it draws and says. live's page.js calls start.
import { fill } from "../../explore/page/fill.js";
import { carry, fault, parts, query, set, take } from "./form.js";
import { drawAccuracy, drawLoss, drawRatio, drawSizes } from "./panels.js";
import { Predictions, addRun, fillLayers, showVerdict } from "./results.js";
import { price, reached } from "./words.js";

const DRAWINGS = { sizes: drawSizes, ratio: drawRatio, loss: drawLoss, accuracy: drawAccuracy };
const SPOKEN = 5000; // milliseconds from one sentence for screen readers to the next

class Bench {
  constructor(element, python) {
    const still = element.querySelector(".bench-still");
    if (still) still.hidden = true;
    element.append(element.querySelector("template").content.cloneNode(true));
    this.root = element.querySelector(".bench-root");
    this.python = python;
    this.find = (name) => this.root.querySelector(`.bench-${name}`);
    this.form = this.root.querySelector("form");
    this.facts = JSON.parse(this.find("facts").textContent);
    this.predictions = new Predictions();
    this.call = null; // the run that goes on
    this.begin();
    this.listen();
    this.readLink();
    this.say(WORDS.bench.starting);
    python.ready.then(
      () => this.call || this.say(WORDS.bench.ready),
      (error) => this.fail(error.message),
    );
    new ResizeObserver(() => this.draw()).observe(this.find("panels")); // its height stays the same
  }

  listen() {
    const on = (name, act) => this.find(name).addEventListener("click", act);
    on("run", () => (this.call ? this.pause() : this.run()));
    on("step", () => this.run(1));
    on("reset", () => this.restart(WORDS.bench.as_drawn));
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener(
      "input",
      ({ target }) => target.dataset.part && set(target, target.value),
    );
    this.form.addEventListener("change", ({ target }) => {
      if (!target.dataset.part) return;
      this.forget();
      this.restart(WORDS.bench.new_recipe);
      this.complain(this.fault());
      if (!this.fault()) carry(this.form);
    });
    addEventListener("hashchange", () => {
      if (!location.hash.startsWith("#bench")) return;
      this.readLink();
      this.root.scrollIntoView({ block: "start" });
    });
    this.find("numbers").addEventListener("toggle", () => this.showNumbers());
  }

  readLink() {
    const wrong = take(this.form, location.hash);
    this.forget();
    this.restart(WORDS.bench.from_link);
    this.complain(wrong.length ? `${wrong.join(" ")} ${WORDS.bench.rest}` : this.fault());
  }

  fault() {
    return fault(this.form, this.facts.need_a_norm);
  }

  forget() {
    for (const choice of this.form.elements.prediction) choice.checked = false;
    this.asked = false;
  }

  // A new run, of the form's recipe.
  begin() {
    const { depth, steps } = Object.fromEntries(
      parts(this.form).map(({ name, value }) => [name, Number(value)]),
    );
    this.fresh = true;
    this.state = { depth, steps, step: 0, losses: [], accuracies: [], layers: null, first: null };
  }

  restart(words) {
    this.pause();
    this.begin();
    this.buttons();
    this.find("verdict").innerHTML = `<p>${WORDS.bench.nothing_seen}</p>`;
    this.find("answer").textContent = this.find("price").textContent = "";
    this.say(words);
    this.draw();
  }

  run(steps) {
    const wrong = this.fault(),
      predicted = this.form.elements.prediction.value;
    if (wrong) return this.complain(wrong);
    if (!predicted && !this.asked && this.fresh) {
      this.asked = true;
      this.form.elements.prediction[0].focus();
      return this.say(WORDS.bench.ask);
    }
    if (this.call) return;
    if (this.fresh) this.begin();
    const given = { recipe: query(this.form), anew: this.fresh, ...(steps ? { steps } : {}) };
    this.fresh = false;
    this.complain("");
    this.predicted = predicted;
    const call = (this.call = this.python.call(
      "vgtext.live.bench",
      "train",
      given,
      (report) => call === this.call && this.hear(report),
    ));
    this.buttons();
    const done = () => call === this.call && this.rest();
    call.done.then(done, (error) => (done(), this.fail(error.message)));
  }

  pause() {
    this.call?.halt();
    this.rest();
  }

  rest() {
    this.call = null;
    this.buttons();
  }

  buttons() {
    const halted = this.fresh ? WORDS.bench.run : WORDS.bench.go_on;
    this.find("run").textContent = this.call ? WORDS.figure.pause : halted;
    this.find("step").disabled = Boolean(this.call);
  }

  hear(report) {
    const state = this.state;
    state.step = report.step;
    const untold = report.step - report.losses.length - state.losses.length;
    state.losses.push(...Array(Math.max(0, untold)).fill(null), ...report.losses);
    if (report.layers) state.layers = report.layers;
    state.first ??= report.layers;
    if (report.accuracy && report.accuracy.step !== state.accuracies.at(-1)?.step)
      state.accuracies.push(report.accuracy);
    if (report.verdict) showVerdict(this.find("verdict"), report.verdict);
    if (report.ms) {
      const speed = fill(WORDS.bench.speed, { rate: Math.round(report.rate) });
      this.find("price").textContent = `${speed} ${price(report.ms, state.depth)}`;
    }
    this.say(reached(report, state), report.end);
    if (report.end) this.finish(report);
    this.draw();
  }

  finish(report) {
    this.fresh = true;
    this.find("answer").textContent = this.predictions.answer(this.predicted, report.outcome);
    addRun(this.find("runs"), query(this.form), report, this.predicted);
  }

  // Say what goes on; for screen readers not more than now and then.
  say(words, now = false) {
    this.find("status").textContent = words;
    if (!now && this.call && performance.now() - (this.spoken ?? 0) < SPOKEN) return;
    this.spoken = performance.now();
    this.find("spoken").textContent = words;
  }

  complain(words) {
    Object.assign(this.find("fault"), { hidden: !words, textContent: words });
  }

  fail(words) {
    this.fresh = true;
    this.buttons();
    this.complain(words.replace(/^\w*Error: /, ""));
    this.say(WORDS.bench.nothing_runs);
  }

  draw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      for (const [name, draw] of Object.entries(DRAWINGS)) {
        const box = this.find(name);
        if (box.clientWidth) box.replaceChildren(draw(this.state, box.clientWidth, this.facts));
      }
      this.showNumbers();
    });
  }

  showNumbers() {
    const box = this.find("numbers");
    if (box.open && this.state.layers) fillLayers(box.querySelector("table"), this.state);
  }
}

globalThis.vgBench = { start: (element, python) => new Bench(element, python) };
