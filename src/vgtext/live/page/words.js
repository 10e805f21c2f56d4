// Every word that the page says once the button was pressed.
const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

export const words = {
  loading: "Loading Python …",
  progress: (got, total) =>
    `Loading Python: ${megabytes(Math.min(got, total))} of ${megabytes(total)} MB`,
  unpacking: "Starting the book's own code …",
  runs: (version) => `Python ${version} runs in this page.`,
  ready: (version) => `${words.runs(version)} Change a cell, then Run, or Shift and Enter.`,
  offline: "This page now works offline; pages that you open from now on can be read offline.",
  elsewhere: (host, total) =>
    `Python's files (${megabytes(total)} MB) are not on this site. They come from ${host}, which then sees your address; each is checked.`,
  load: (host) => `Load from ${host}`,
  readyAgain: "Python is back, and has run nothing yet.",
  package: (name) => `Loading ${name === "scipy" ? "SciPy (20 MB, once)" : name} …`,
  stopped: "Python was stopped, and starts anew …",
  failures: [
    [/no WebAssembly/, "This browser has no WebAssembly, which Python needs here."],
    [
      /forbidden/,
      "The security policy of this site, or this browser, forbids WebAssembly, which Python needs here.",
    ],
    [
      /memory|allocat/i,
      "There is not enough memory for Python here: it takes about half a gigabyte. Close other pages and try again, or use a computer.",
    ],
    [
      /missing: (.*)/,
      "A file that Python needs is not there, or is not the one that belongs here: $1.",
    ],
    [
      /worker/i,
      "This browser, or the security policy of this site, lets the page start no worker, in which Python would run.",
    ],
    [/fetch|network|load/i, "The files that run Python could not be loaded. Is the network there?"],
  ],
  unknown: (error) => `Python could not go on: ${error}`,
  ended: " Python has ended; what it had run is lost.",
  asItWas: " The page is as it was.",

  runAll: "Run all",
  stop: "Stop",
  again: "Start Python again",
  restoreAll: "Undo all changes",
  save: "Save as notebook",
  buttons: "Python in this page",
  run: "Run",
  restore: "Undo changes",
  editor: (number) => `Code ${number}. Shift and Enter run it. Escape, then Tab, leaves it.`,
  kept: "your change from last time",

  states: {
    printed: "",
    waiting: "Waiting",
    running: "Running …",
    fresh: "Done",
    edited: "Changed: not run yet",
    stale: "Out of date: something above was run again",
    failed: "Ended with an error",
    stopped: "Stopped",
    unmet: (number) => `Not run: code ${number}, which it needs, ended with an error`,
  },
  output: (number) => `Output of code ${number}`,
  plot: (number) => `Plot of code ${number}`,
  longOutput: "\n… the rest is left out: more than 200,000 characters.\n",

  exact: (label) => `${label}: any value`,
  asleep: "Python was stopped: the computed states answer again.",
  gone: "Python was stopped: this figure stands still.",
  wake: "Wake it",
  noNotebook: "The notebook of this page could not be read. Is the network there?",
};

// What is said of an error that kept Python from starting; or, with another end, from going on.
export function failure(error, end = words.asItWas) {
  const known = words.failures.find(([pattern]) => pattern.test(error));
  const text = known ? known[1].replace("$1", error.match(known[0])[1]) : words.unknown(error);
  return text + end;
}
