// What the page says once the button was pressed; the words are those of the table (words.toml).
import { fill } from "../../explore/page/fill.js";

const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

export const words = {
  loading: WORDS.live.loading,
  progress: (got, total) =>
    fill(WORDS.live.progress, { got: megabytes(Math.min(got, total)), total: megabytes(total) }),
  unpacking: WORDS.live.unpacking,
  runs: (version) => fill(WORDS.live.runs, { version }),
  ready: (version) => fill(WORDS.live.ready, { version }),
  offline: WORDS.live.offline,
  elsewhere: (host, total) =>
    fill(WORDS.live.elsewhere, { host, total: megabytes(total) }),
  load: (host) => fill(WORDS.live.load_from, { host }),
  readyAgain: WORDS.live.ready_again,
  package: (name) =>
    fill(WORDS.live.package, { name: name === "scipy" ? WORDS.live.scipy : name }),
  stopped: WORDS.live.stopped,
  failures: [
    [/no WebAssembly/, WORDS.live.no_webassembly],
    [/forbidden/, WORDS.live.forbidden],
    [/memory|allocat/i, WORDS.live.no_memory],
    [/missing: (.*)/, WORDS.live.missing],
    [/worker/i, WORDS.live.no_worker],
    [/fetch|network|load/i, WORDS.live.not_loaded],
  ],
  unknown: (error) => fill(WORDS.live.unknown, { error }),
  ended: ` ${WORDS.live.ended}`,
  asItWas: ` ${WORDS.live.as_it_was}`,

  runAll: WORDS.live.run_all,
  stop: WORDS.live.stop,
  again: WORDS.live.again,
  restoreAll: WORDS.live.restore_all,
  save: WORDS.live.save,
  buttons: WORDS.live.buttons,
  run: WORDS.live.run,
  runCode: (n) => fill(WORDS.live.run_code, { n }),
  restore: WORDS.live.restore,
  restoreCode: (n) => fill(WORDS.live.restore_code, { n }),
  editor: (n) => fill(WORDS.live.editor, { n }),
  kept: WORDS.live.kept,

  states: {
    printed: "",
    waiting: WORDS.live.waiting,
    running: WORDS.live.running,
    fresh: WORDS.live.done,
    edited: WORDS.live.edited,
    stale: WORDS.live.stale,
    failed: WORDS.live.failed,
    stopped: WORDS.live.was_stopped,
    unmet: (n) => fill(WORDS.live.unmet, { n }),
  },
  output: (n) => fill(WORDS.live.output, { n }),
  plot: (n) => fill(WORDS.live.plot, { n }),
  longOutput: `\n${WORDS.live.long_output}\n`,

  exact: (label) => fill(WORDS.live.exact, { label }),
  asleep: WORDS.live.asleep,
  gone: WORDS.live.gone,
  wake: WORDS.live.wake,
  noNotebook: WORDS.live.no_notebook,
};

// What is said of an error that kept Python from starting; or, with another end, from going on.
export function failure(error, end = words.asItWas) {
  const known = words.failures.find(([pattern]) => pattern.test(error));
  const text = known ? fill(known[1], { file: error.match(known[0])[1] }) : words.unknown(error);
  return text + end;
}
