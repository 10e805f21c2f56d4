// A page's notebook with the reader's changes, to keep.

// Returns the notebook's text: the code cells of `source` with what stands in the page's cells.
export function changedNotebook(source, cells) {
  const notebook = JSON.parse(source),
    text = (cell) => [].concat(cell.source).join("");
  let next = 0;
  for (const cell of notebook.cells.filter(({ cell_type }) => cell_type === "code")) {
    const found = cells.findIndex(
      ({ printed }, i) => i >= next && printed === text(cell).trimEnd(),
    );
    if (found < 0) continue;
    next = found + 1;
    if (cells[found].code === cells[found].printed) continue;
    Object.assign(cell, { source: cells[found].code, outputs: [], execution_count: null });
  }
  return JSON.stringify(notebook, null, 1);
}

// Offers a text as a file.
export function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
