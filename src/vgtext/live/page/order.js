// The order in which cells run: one after the other, and first those that a cell stands on.
const STOPPED = "stopped";

export class Order {
  constructor(page) {
    Object.assign(this, {
      page,
      waiting: new Map(),
      turn: 0,
      pending: 0,
      queue: Promise.resolve(),
    });
  }

  ask(key, act, given) {
    return new Promise((done) => {
      this.waiting.set(key, done);
      this.page.python.send(act, given);
    });
  }

  answer(key, value) {
    const done = this.waiting.get(key);
    this.waiting.delete(key);
    done?.(value);
  }

  run(cell) {
    return this.enqueue([cell], async () => {
      const earlier = await this.before(cell);
      for (const each of earlier) {
        if (!(await this.runOne(each))) continue;
        if (cell.state === "waiting") cell.set("unmet", each.number + 1);
        return;
      }
      await this.runOne(cell);
    });
  }

  runAll() {
    return this.enqueue(this.page.cells, async () => {
      for (const cell of this.page.cells) if ((await this.runOne(cell)) === STOPPED) return;
    });
  }

  // Work of one click; a stop lets what waits be.
  enqueue(cells, work) {
    for (const cell of cells) if (cell.state !== "running") cell.set("waiting");
    const { turn } = this,
      last = cells.at(-1);
    last.say(last.status.textContent);
    this.page.setBusy(true);
    this.pending++;
    this.queue = this.queue.then(async () => {
      if (turn === this.turn) await work();
      if (turn !== this.turn) return;
      last.tell();
      if (!--this.pending) this.page.setBusy(false);
    });
    return this.queue;
  }

  async before(cell) {
    const codes = this.page.cells.map(({ code }) => code),
      fresh = this.page.cells.map(({ isFresh }) => isFresh);
    const answer = await this.ask("before", "before", { cell: cell.number, codes, fresh });
    if (!answer?.cells) return [];
    answer.names.forEach(([uses, makes], i) => Object.assign(this.page.cells[i], { uses, makes }));
    return answer.cells.map((number) => this.page.cells[number]);
  }

  // Returns what went wrong.
  async runOne(cell) {
    const { turn } = this;
    cell.begin();
    const error = await this.ask(`run ${cell.number}`, "run", {
      cell: cell.number,
      code: cell.code,
    });
    if (turn !== this.turn) return STOPPED;
    cell.end(error);
    this.mark();
    return error;
  }

  changed(cell) {
    const { state, code, printed, ran } = cell;
    if (state === "printed" && code === printed) return;
    if (ran === undefined && code === printed) cell.set("printed");
    else if (code !== ran && state !== "running") cell.set("edited");
    else if (state === "edited") cell.set(cell.error ? "failed" : "fresh");
    this.mark();
  }

  // Marks what was run before something that it stands on.
  mark() {
    for (const cell of this.page.cells) {
      if (!["fresh", "stale"].includes(cell.state)) continue;
      const isOld = cell.uses.some((name) => {
        const maker = this.page.cells
          .slice(0, cell.number)
          .findLast(({ makes }) => makes.includes(name));
        return (
          maker
          && maker.ran !== undefined
          && (maker.at > cell.at || ["stale", "edited"].includes(maker.state))
        );
      });
      cell.set(isOld ? "stale" : "fresh");
    }
  }

  // Nothing runs any more, and nothing that ran is there.
  settle() {
    this.turn++;
    this.pending = 0;
    this.page.setBusy(false);
    this.queue = Promise.resolve();
    for (const key of [...this.waiting.keys()]) this.answer(key, null);
    for (const cell of this.page.cells) {
      const wasBusy = ["running", "waiting"].includes(cell.state);
      Object.assign(cell, { ran: undefined, at: undefined, error: null, isNew: false });
      cell.set(wasBusy ? "stopped" : cell.code === cell.printed ? "printed" : "edited");
    }
  }
}
