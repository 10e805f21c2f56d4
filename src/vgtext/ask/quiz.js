// Brings the forms of quiz.py to life, in a page (<vg-quiz>) and in a notebook
// (globalThis.vgQuiz.live). Words are typeset as those of the figures are.
import { fill } from "../explore/page/fill.js";
import { typeset } from "../explore/page/words.js";

const DIGITS = {
  "⁰": 0,
  "¹": 1,
  "²": 2,
  "³": 3,
  "⁴": 4,
  "⁵": 5,
  "⁶": 6,
  "⁷": 7,
  "⁸": 8,
  "⁹": 9,
  "⁻": "-",
  "⁺": "",
};
// Reads 0.25, 1,024, 1.5e-7, 1.5 × 10⁻⁷, 2^(-20), 1/4, 25%, ≈ 3, with the unit; else NaN.
const readNumber = (text, unit) => {
  const lowered = (up) => "^" + [...up].map((char) => DIGITS[char]).join("");
  const plain = text
    .replace(unit, "")
    .replace(/[()°≈~]/g, "")
    .trim()
    .replace(/[−–]/g, "-")
    .replace(/\*\*/g, "^")
    .replace(/^([-+]?)(0?|\d+),(\d+)(?!.*[,.])/, readComma)
    .replace(/,(?=\d{3}(\D|$))/g, "")
    .replace(/\s*%$/, "/100")
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+/g, lowered)
    .replace(/\s*[×x*·]\s*10\s*\^?\s*/i, "e");
  const [, left, sign, right] = plain.match(/^(.+)([/^])(.+)$/) || [];
  const number = (part) => (part.trim() === "" ? NaN : Number(part));
  if (sign === undefined) return number(plain);
  return sign === "/" ? number(left) / number(right) : number(left) ** number(right);
};
// One comma groups thousands, as in 1,024, or is a decimal comma, as in 0,125 and 1,5.
const readComma = (all, sign, whole, rest) =>
  rest.length === 3 && Number(whole) ? all : `${sign}${whole || 0}.${rest}`;
const near = (a, b, tolerance) =>
  Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));

// Returns [is right, what to say] for a form.
function judge(form, { kind, answers, unit }) {
  if (kind === "number") {
    const given = readNumber(form.querySelector("input").value, unit);
    if (Number.isNaN(given))
      return [null, WORDS.quiz.write_number];
    const off = ([value]) => Math.abs(given - value);
    const [met] = answers
      .filter(([value, , , tolerance]) => near(given, value, tolerance))
      .sort((a, b) => b[1] - a[1] || off(a) - off(b));
    return met ? [met[1], met[2]] : [false, WORDS.quiz.not_this];
  }
  const chosen = new Set(
    [...form.querySelectorAll("input:checked")].map((input) => Number(input.value)),
  );
  if (!chosen.size) return [null, WORDS.quiz.choose];
  const wrong = answers.filter(([, right], k) => chosen.has(k) && !right);
  const missed = answers.filter(([, right], k) => !chosen.has(k) && right).length;
  const tell = ([answer, , why]) =>
    kind === "one" ? why : fill(WORDS.quiz.of_one, { answer: answer.replace(/\.$/, ""), why });
  if (wrong.length) return [false, wrong.map(tell).join(" ")];
  if (missed)
    return [false, missed > 1 ? fill(WORDS.quiz.missed, { n: missed }) : WORDS.quiz.missed_one];
  return [
    true,
    answers
      .filter(([, right]) => right)
      .map(tell)
      .join(" "),
  ];
}

// Returns what points to a figure's state: a link in a page; in a notebook, where it has no
// address, words.
function pointTo(see) {
  const [id, query] = see.split("?"),
    link = document.createElement("a");
  if (!document.getElementById(id)) {
    const state = [...new URLSearchParams(query)]
      .map(([name, value]) => `${name} = ${value}`)
      .join(", ");
    return [` ${fill(WORDS.quiz.see_in_words, { name: id.replace(/-/g, " "), state })}`];
  }
  link.href = `#${see}`;
  link.textContent = WORDS.quiz.see;
  return [" ", link];
}

function start(form) {
  const quiz = JSON.parse(form.dataset.quiz),
    verdict = form.querySelector(".vg-verdict");
  const answer = form.querySelector("details");
  answer.hidden = true; // until the first try
  form.querySelectorAll("input").forEach((input) => (input.dataset.lmSuppressShortcuts = "true"));
  verdict.insertAdjacentHTML("beforebegin", `<button type="submit">${WORDS.quiz.check}</button>`);
  // the click, which Enter makes, too: a frame may forbid a form to be submitted
  verdict.previousElementSibling.addEventListener("click", (event) => {
    event.preventDefault();
    const [right, words] = judge(form, quiz);
    form.dataset.verdict = right === null ? "" : right ? "right" : "wrong";
    const judged = right === null ? "" : `${right ? WORDS.quiz.right : WORDS.quiz.not_yet} `;
    verdict.innerHTML = judged + typeset(words);
    if (right !== null) answer.hidden = false;
    if (right !== null && quiz.see) verdict.append(...pointTo(quiz.see));
  });
  form.addEventListener("input", () => {
    verdict.textContent = form.dataset.verdict = "";
  });
}

class Quiz extends HTMLElement {
  connectedCallback() {
    if (!this.started) start(this.querySelector("form"));
    this.started = true;
  }
}
if (!customElements.get("vg-quiz")) customElements.define("vg-quiz", Quiz);
globalThis.vgQuiz = {
  live({ model, el }) {
    el.innerHTML = model.get("form");
    start(el.firstChild);
  },
};
