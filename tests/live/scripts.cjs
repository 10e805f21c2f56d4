// Runs the worker's script and the service worker in Node, with fakes of what a browser and Pyodide give them:
// node scripts.cjs FOLDER, that of the scripts. Prints what each of the tales below has told, as JSON.
const fs = require("fs");
const vm = require("vm");
const folder = process.argv[2];
// Waits, and then lets all that is due be done, which on a busy machine may not have been.
const settle = async (ms = 30) => {
  await new Promise((done) => setTimeout(done, ms));
  for (let turn = 0; turn < 100; turn++) await new Promise((done) => setImmediate(done));
};

// A worker whose Pyodide knows `known` packages; its cells ask for what `wants` lists, one a run.
async function worker({ known, remembers = true, elsewhere = null, wants = [], spoilt = [] }) {
  const told = [], seen = [];
  const answer = (url, how) => {
    seen.push(["fetch", String(url), how?.integrity ?? ""]);
    if (spoilt.some((name) => String(url).endsWith(name))) throw new TypeError("spoilt");
    const response = new Response("12345", { headers: { "Content-Length": "1000" } });
    return Object.defineProperty(response, "url", { value: String(url) });
  };
  const release = [];
  const runner = {
    run(text) {
      seen.push(["run", JSON.parse(text).cell]);
      const want = wants.shift();
      return want === "slow" ? new Promise((done) => release.push(done)) : want;
    },
    halt(text) {
      seen.push(["halt", JSON.parse(text).id]);
      release.forEach((done) => done());
    },
    offer: (text) => seen.push(["offer", JSON.parse(text).name]),
    before() {
      throw new Error("no such cell");
    },
  };
  const python = {
    loadedPackages: { numpy: "here" },
    runPython: (code) => (code.includes("site") ? { toJs: () => ["site"] } : "3.12.1"),
    unpackArchive: (bytes, kind, { extractDir }) => seen.push(["unpack", bytes.byteLength, kind, extractDir]),
    pyimport: (name) => ({ start: (post, loadable) => (seen.push(["import", name, loadable]), runner) }),
    async loadPackage([name]) {
      await (await context.self.fetch(`https://a.org/live/${name}.whl`)).text();
      if (known.includes(name)) this.loadedPackages[name] = "here";
    },
  };
  let clock = 0; // by which whatever is counted is told
  const context = vm.createContext({
    WebAssembly, Response, TransformStream, URL, Uint8Array, console: { info() {} },
    performance: { now: () => (clock += 1000), getEntriesByType: () => [] },
    fetch: async (...given) => answer(...given),
    postMessage: (text) => told.push(JSON.parse(text)),
    importScripts: (url) => seen.push(["script", url]),
    DecompressionStream: class extends TransformStream {
      constructor() {
        super(); // what memory.gz holds here is no gzip
      }
    },
    async loadPyodide({ _loadSnapshot, indexURL, packages }) {
      await _loadSnapshot;
      seen.push(["start", indexURL, packages, Boolean(_loadSnapshot)]);
      if (_loadSnapshot && !remembers) throw new Error("another memory");
      await context.self.fetch("https://a.org/live/core.wasm").catch(() => new Promise(() => {})); // as Pyodide: for ever
      return python;
    },
  });
  context.self = context;
  vm.runInContext(fs.readFileSync(`${folder}/worker.js`, "utf8"), context);
  const files = { own: ["a.zip", "b.zip"], packages: known.slice(0, 1), loadable: ["scipy"], memory: "memory.gz",
                  lock: "lock.json", env: {}, total: 9, integrity: "sha256-m", elsewhere };
  const send = (data) => context.onmessage({ data });
  send({ act: "start", base: "https://a.org/live/", files });
  await settle();
  return { told, seen, send };
}

async function tale(given, ...messages) {
  const { told, seen, send } = await worker(given);
  for (const message of messages) {
    send(message);
    await settle();
  }
  return { told, seen };
}

// A service worker: requests one after the other, [address, method, whether there is a network]; who answered each.
async function offline(requests) {
  const stores = new Map(["book/ old", "book/ VERSION", " other"].map((k) => [`vgtext https://a.org/${k}`, new Map()]));
  stores.get("vgtext https://a.org/book/ VERSION").set("https://a.org/book/earlier.html", "kept");
  const bare = (url, how) => (how?.ignoreSearch ? url.split("?")[0] : url);
  const opened = (name) => {
    if (!stores.has(name)) stores.set(name, new Map());
    const store = stores.get(name);
    return {
      match: async ({ url }, how) => [...store].find(([key]) => bare(key, how) === bare(url, how))?.[1],
      put: async ({ url }) => void store.set(url, "kept"),
    };
  };
  const hear = {}, answers = [];
  let isThere = true;
  const context = vm.createContext({
    registration: { scope: "https://a.org/book/" }, clients: { claim: async () => {} }, skipWaiting: async () => {},
    caches: { open: async (name) => opened(name), keys: async () => [...stores.keys()],
              delete: async (name) => stores.delete(name) },
    addEventListener: (name, act) => (hear[name] = act),
    async fetch({ url }) {
      if (!isThere) throw new TypeError("no network");
      const status = url.includes("absent") ? 404 : 200;
      return { status, clone: () => "kept" };
    },
  });
  vm.runInContext(fs.readFileSync(`${folder}/offline.js`, "utf8"), context);
  hear.activate({ waitUntil() {} });
  await settle();
  for (const [url, method, network] of requests) {
    isThere = network;
    let answer = "left alone";
    hear.fetch({ request: { url, method }, waitUntil() {}, respondWith: (given) => (answer = given) });
    answers.push(await Promise.resolve(answer).then((given) => given.status ?? given, (error) => error.message));
    await settle();
  }
  return { answers, stores: [...stores.keys()] };
}

(async () => {
  const run = (cell) => ({ act: "run", cell, code: "" });
  await settle(150); // what has come is told from then on
  const book = "https://a.org/book/";
  console.log(JSON.stringify({
    starts: await tale({ known: ["numpy"] }),
    forgets: await tale({ known: ["numpy"], remembers: false }),
    lacks: await tale({ known: ["pandas"] }),
    elsewhere: await tale({ known: ["numpy"], elsewhere: { base: "https://b.org/", sums: { "core.wasm": "sha256-c" } } }),
    spoilt: await tale({ known: ["numpy"], spoilt: ["core.wasm"],
                         elsewhere: { base: "https://b.org/", sums: { "core.wasm": "sha256-c" } } }),
    loads: await tale({ known: ["numpy", "scipy"], wants: ["scipy"] }, run(3)),
    fails: await tale({ known: ["numpy"], wants: ["scipy"] }, run(3), run(4), { act: "before", cell: 5 }),
    waits: await tale({ known: ["numpy"], wants: ["slow"] }, run(1), run(2), { act: "halt", id: 7 }),
    offline: await offline([
      [`${book}a.html`, "GET", true], [`${book}a.html`, "GET", false], [`${book}a.html?q=1`, "GET", false],
      [`${book}b.html`, "GET", false], [`${book}earlier.html`, "GET", false], [`${book}absent`, "GET", true], [`${book}absent`, "GET", false],
      [`${book}_static/live/x.zip?v=1`, "GET", true], [`${book}_static/live/x.zip?v=1`, "GET", true],
      [`${book}_static/live/x.zip?v=2`, "GET", true], [`${book}a.html`, "GET", true],
      [`${book}a.html`, "POST", true], ["https://a.org/elsewhere", "GET", true],
    ]),
  }));
})();
