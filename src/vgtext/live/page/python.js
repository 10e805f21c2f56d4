// Python as the page sees it: messages to the worker and what it answers.

// hear(message) is called with what the worker tells that nobody waits for; see runner.py.
export class Python {
  constructor(base, files, hear) {
    Object.assign(this, { base, files, hear, calls: new Map(), count: 0 });
    this.begin();
  }

  // Starts the worker. `ready` is a promise of Python's version; then `loaded` are the addresses
  // that it took to come there.
  begin() {
    this.ready = new Promise((done, fail) => Object.assign(this, { done, fail }));
    this.ready.catch(() => {}); // who waits for it is told; if nobody does, that is no error
    try {
      const { base, files } = this;
      this.worker = new Worker(`${base}worker.js?v=${files.version}`);
      this.worker.onmessage = ({ data }) => this.told(JSON.parse(data));
      this.worker.onerror = (event) => this.broke(event.message || "no worker");
      this.send("start", { base, files });
    } catch (error) {
      this.broke(`no worker: ${error.message}`);
    }
  }

  broke(error) {
    this.worker?.terminate();
    this.fail(new Error(error));
    this.hear({ tell: "broke", words: error });
  }

  send(act, given = {}) {
    this.worker.postMessage({ act, ...given });
  }

  told(message) {
    const call = this.calls.get(message.id);
    if (message.tell === "ready") {
      this.loaded = message.loaded;
      this.done(message.version);
    }
    if (message.tell === "failed" && message.of === "start") return this.broke(message.words);
    if (!call) return this.hear(message);
    if (message.tell === "report") return call.hear?.(message.report);
    if (message.tell === "loading") return this.hear(message);
    this.calls.delete(message.id);
    if (message.tell === "returned") call.done(message.value);
    else call.fail(new Error(message.words));
  }

  // Calls a Python function; hear(report) gets what a generator yields. Returns { done, halt }.
  call(module, name, given = {}, hear = null) {
    const id = ++this.count;
    const result = new Promise((done, fail) => this.calls.set(id, { done, fail, hear }));
    this.ready.then(
      () => this.send("call", { id, module, name, given }),
      (error) => this.calls.get(id)?.fail(error),
    );
    return { done: result, halt: () => this.ready.then(() => this.send("halt", { id })) };
  }

  // Ends what runs, whatever it is: nothing on a plain site can interrupt Python, so it starts
  // anew.
  restart() {
    this.worker.terminate();
    for (const call of this.calls.values()) call.fail(new Error("stopped"));
    this.calls.clear();
    this.begin();
    return this.ready;
  }
}
