// What a reader notes in a page, a guess below each question of "Predict first" and a tick at each
// of the checklist, stays in the page: its tab keeps it, and no one else learns of it.
const NOTES = [
  [`#${WORDS.quiz.predict} > ol > li`, "text", WORDS.quiz.guess],
  [".checklist > li:has(.checklist-remedy)", "checkbox", WORDS.quiz.ticked],
];

function addNote(place, type, words, i) {
  const key = `vg-note ${location.pathname} ${type} ${i}`,
    asked = place.firstElementChild;
  const label = document.createElement("label"),
    note = Object.assign(document.createElement("input"), { type, autocomplete: "off" });
  label.className = "vg-note-here";
  label.append(...(type === "text" ? [words, note] : [note, words]));
  asked.id ||= `vg-asked-${type}-${i}`;
  note.setAttribute("aria-describedby", asked.id); // all have one name
  place.append(label);
  const kept = sessionStorage.getItem(key) ?? "";
  if (type === "text") note.value = kept;
  else note.checked = kept !== "";
  note.addEventListener("input", () => {
    const value = type === "text" ? note.value : note.checked || "";
    sessionStorage.setItem(key, value);
  });
}

for (const [where, type, words] of NOTES) {
  document.querySelectorAll(where).forEach((place, i) => addNote(place, type, words, i));
}
