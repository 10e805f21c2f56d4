// A cell's code as an editor: a text area, with the colored code of the page below its letters.

const KEYWORD = new Set(
  (
    "and as assert async await break class continue def del elif else except finally for from "
    + "global if import in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);
const CONSTANT = new Set(["False", "None", "True"]);
const STRING =
  /[rbfu]{0,2}(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)/;
const TOKEN = new RegExp(
  `(?<c1>#[^\\n]*)|(?<s2>${STRING.source})|(?<mf>\\b\\d[\\w.]*(?:(?<=e)[-+]\\d+)?)`
    + "|(?<n>[^\\W\\d]\\w*)|(?<o>[-+*/%=<>!&|^~@:]+)",
  "giu",
);
const NAMES = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
export const escapeCode = (text) => text.replace(/[&<>]/g, (sign) => NAMES[sign]);

// Python code as HTML, with the classes of the page's own colors.
export function colored(code) {
  let last = 0,
    html = "";
  for (const match of code.matchAll(TOKEN)) {
    const [text] = match;
    let kind = Object.keys(match.groups).find((name) => match.groups[name]);
    if (kind === "n") kind = KEYWORD.has(text) ? "k" : CONSTANT.has(text) ? "kc" : "n";
    html += escapeCode(code.slice(last, match.index));
    html += `<span class="${kind}">${escapeCode(text)}</span>`;
    last = match.index + text.length;
  }
  return `${html}${escapeCode(code.slice(last))}\n`;
}

// Puts an editor over `pre`; changed() is called at each change, run() where a reader asks for it.
export class Editor {
  constructor(pre, label, { changed, run }) {
    Object.assign(this, { pre, changed, run, printed: pre.textContent.replace(/\n$/, "") });
    this.area = document.createElement("textarea");
    this.area.className = "vg-code";
    this.area.spellcheck = false;
    for (const name of ["autocapitalize", "autocomplete", "autocorrect"]) {
      this.area.setAttribute(name, "off");
    }
    this.area.setAttribute("aria-label", label);
    this.area.value = this.printed;
    const frame = document.createElement("div");
    frame.className = "vg-editor";
    pre.replaceWith(frame);
    frame.append(pre, this.area);
    pre.setAttribute("aria-hidden", "true");
    this.area.addEventListener("input", () => this.show());
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.show();
  }

  get code() {
    return this.area.value;
  }

  set code(code) {
    this.area.value = code;
    this.show();
  }

  show() {
    this.pre.innerHTML = colored(this.code);
    this.area.rows = this.code.split("\n").length;
    this.changed();
  }

  // Inserts text in a way that a reader's Undo takes back.
  insert(text) {
    if (!document.execCommand("insertText", false, text)) {
      this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
      this.show();
    }
  }

  key(event) {
    const isPlain = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.run();
    } else if (event.key === "Enter" && isPlain && !event.isComposing) {
      event.preventDefault();
      const line = this.code.slice(0, this.area.selectionStart).split("\n").pop();
      const opens = /:\s*(#.*)?$/.test(line);
      this.insert(`\n${line.match(/^ */)[0]}${opens ? "    " : ""}`);
    } else if (event.key === "Tab" && !this.isLeaving && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      this.indent(event.shiftKey);
    }
    // After Escape, Tab and Shift and Tab move on, as everywhere else.
    if (event.key === "Escape") this.isLeaving = true;
    else if (!["Tab", "Shift"].includes(event.key)) this.isLeaving = false;
  }

  // Moves the lines of a selection, or the rest of a line, by four spaces.
  indent(isBack) {
    const { selectionStart: start, selectionEnd: end } = this.area,
      { code } = this;
    const first = code.lastIndexOf("\n", start - 1) + 1;
    if (!isBack && start === end) return this.insert(" ".repeat(4 - ((start - first) % 4)));
    const old = code.slice(first, Math.max(end, first));
    const rest = code.slice(first).split("\n", old.split("\n").length).join("\n");
    const moved = rest.replace(/^.*$/gm, (line) =>
      isBack ? line.replace(/^ {1,4}/, "") : line && `    ${line}`,
    );
    this.area.setSelectionRange(first, first + rest.length);
    if (moved !== rest) this.insert(moved);
    const shift = (at) => Math.max(first, at + moved.length - rest.length);
    if (start === end) this.area.setSelectionRange(shift(start), shift(start));
    else this.area.setSelectionRange(first, first + moved.length);
  }
}
