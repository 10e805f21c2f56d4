// A cell of the page that runs: its editor, its buttons, and what it shows.
import { voice } from "../../explore/page/words.js";
import { words } from "./words.js";
import { Editor } from "./editor.js";

const MOST = 200000; // characters of one stream
const SHORT = 600; // characters of what is read aloud: longer than any verdict
const IMAGE = ["image/png", "image/jpeg"];

export class Cell {
  // box: the page's cell; page: what answers run(cell), changed(cell) and figure(cell, given).
  constructor(box, number, page) {
    Object.assign(this, { box, number, page, uses: [], makes: [] });
    this.output = box.querySelector(".cell_output");
    const bar = document.createElement("div");
    bar.className = "vg-bar";
    bar.innerHTML =
      '<button type="button"></button><button type="button" hidden></button>'
      + '<span role="status" aria-live="off"></span>'
      + '<span class="vg-hidden" aria-live="polite"></span>';
    [this.go, this.back, this.status] = bar.children;
    this.voice = voice(bar.lastChild); // the states of all cells would be too many words
    this.go.textContent = words.run;
    this.go.setAttribute("aria-label", words.runCode(number + 1));
    this.back.textContent = words.restore;
    this.back.setAttribute("aria-label", words.restoreCode(number + 1));
    this.editor = new Editor(box.querySelector(".cell_input pre"), words.editor(number + 1), {
      changed: () => this.editor && this.changed(),
      run: () => page.run(this),
    });
    box.querySelector(".cell_input").append(bar);
    this.go.addEventListener("click", () => page.run(this));
    this.back.addEventListener("click", () => (this.editor.code = this.printed));
    this.set("printed");
  }

  get code() {
    return this.editor.code;
  }

  get printed() {
    return this.editor.printed;
  }

  // Whether Python has run the code as it stands.
  get isFresh() {
    return this.ran === this.code && !this.error;
  }

  set(state, ...given) {
    const text = words.states[state];
    this.state = state;
    this.box.dataset.live = state;
    this.status.textContent = given.length ? text(...given) : text;
    this.output?.classList.toggle(
      "vg-old",
      ["running", "stale", "edited", "waiting"].includes(state),
    );
  }

  say(text) {
    this.status.textContent = text;
    this.voice(text);
  }

  // Says how the run that a reader asked for ended, and what it printed: a verdict, an error.
  tell() {
    const has = ["fresh", "failed"].includes(this.state),
      printed = has ? [...this.output.querySelectorAll("pre")].map((pre) => pre.textContent) : [];
    const text = printed.join("\n");
    this.voice(`${this.status.textContent}. ${text.length > SHORT ? "" : text}`);
  }

  changed() {
    this.back.hidden = this.code === this.printed;
    this.page.changed(this);
  }

  // The next output takes the place of what stands there now.
  begin() {
    this.isNew = true;
    this.error = null;
    this.ran = this.code;
    this.set("running");
  }

  clear() {
    if (!this.isNew) return;
    this.isNew = false;
    if (!this.output) {
      this.output = document.createElement("div");
      this.output.className = "cell_output docutils container";
      this.box.append(this.output);
    }
    this.output.classList.remove("vg-old");
    this.output.setAttribute("aria-label", words.output(this.number + 1));
    this.output.setAttribute("role", "group");
    this.old = [...this.output.querySelectorAll("vg-explore")];
    this.output.replaceChildren();
  }

  end(error) {
    this.clear();
    this.error = error;
    this.at = performance.now();
    if (error) this.write(error, "error");
    this.set(error ? "failed" : "fresh");
  }

  add(className, child) {
    const box = document.createElement("div");
    box.className = `output ${className}`;
    box.append(child);
    this.output.append(box);
    return box;
  }

  // Text is shown as text, whatever it holds, in the boxes in which the book prints it.
  write(text, kind) {
    this.clear();
    let last = this.output.lastElementChild;
    if (last?.dataset.kind !== kind) {
      const code = document.createElement("div");
      code.className = "highlight";
      code.innerHTML = '<pre tabindex="0"></pre>';
      last = this.add(kind, code);
      last.dataset.kind = kind;
    }
    const pre = last.querySelector("pre"),
      room = MOST - pre.textContent.length;
    if (room >= 0) pre.append(text.slice(0, room), text.length > room ? words.longOutput : "");
  }

  show(data) {
    this.clear();
    const figure = data["application/vnd.vgtext.figure+json"],
      image = IMAGE.find((kind) => data[kind]);
    if (figure) return this.page.figure(this, figure);
    if (image) {
      const picture = new Image();
      picture.src = `data:${image};base64,${data[image]}`;
      picture.alt = words.plot(this.number + 1);
      this.add("image_png", picture);
    } else if (data["text/html"]) {
      const box = document.createElement("div");
      box.innerHTML = data["text/html"]; // of the book's own objects alone (outputs.py)
      this.add("text_html", box);
    } else this.write(`${data["text/plain"] ?? ""}\n`, "text_plain");
  }
}
