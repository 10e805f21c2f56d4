// What a reader changed in a page's cells: kept in this browser, by the code that it changes.
import { words } from "./words.js";

const store = () => `vgtext ${location.pathname}`;

export function keepChanges(cells) {
  const changes = cells.filter(({ code, printed }) => code !== printed);
  try {
    if (changes.length) {
      localStorage[store()] = JSON.stringify(changes.map(({ code, printed }) => [printed, code]));
    } else localStorage.removeItem(store());
  } catch {} // a browser that keeps nothing
}

// Puts what was kept into the cells that it changed.
export function recallChanges(cells) {
  let kept = [];
  try {
    kept = JSON.parse(localStorage[store()] || "[]");
  } catch {}
  for (const [printed, code] of kept) {
    const cell = cells.find((each) => each.printed === printed && each.code === printed);
    if (!cell) continue;
    cell.editor.code = code;
    cell.status.textContent += ` (${words.kept})`;
  }
}
