// Python, in a worker. Messages from the page and to it: see python.js and runner.py.
"use strict";
let python,
  runner,
  busy = Promise.resolve();
const tell = (message) => postMessage(JSON.stringify(message));

// Without this Pyodide would wait for ever where a policy forbids WebAssembly.
function probe() {
  if (typeof WebAssembly !== "object") throw new Error("no WebAssembly");
  try {
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    throw new Error("WebAssembly is forbidden");
  }
}

// Files that another host has come from there, if they are what they were when the book was made.
function fetching({ base, sums }) {
  const real = self.fetch.bind(self);
  return async (what, how) => {
    const name = String(what.url ?? what).split("/").pop(),
      integrity = sums[name];
    if (!integrity) return real(what, how);
    try {
      const answer = await real(base + name, { ...how, integrity, cache: "force-cache" });
      if (answer.ok) return answer;
    } catch {} // what is wrong with it is said to nobody but the console
    const words = `missing: ${name}, from ${new URL(base).host}`;
    if (!runner) tell({ tell: "failed", of: "start", words }); // Pyodide might wait for ever
    throw new Error(words);
  };
}

// Counts what comes, and tells at most ten times a second. The compiled core is counted as a whole:
// a browser keeps what it compiled for an untouched answer of the network alone.
function counting({ total, elsewhere }) {
  const real = elsewhere ? fetching(elsewhere) : self.fetch.bind(self);
  let got = 0,
    told = 0;
  const count = (bytes) => {
    got += bytes;
    if (runner || performance.now() - told < 100) return; // a later package is told by its name
    told = performance.now();
    tell({ tell: "stage", got, total });
  };
  self.fetch = async (...given) => {
    const answer = await real(...given);
    if (!answer.ok || !answer.body) return answer;
    const { pathname } = new URL(answer.url);
    if (pathname.endsWith(".wasm")) {
      count(Number(answer.headers.get("Content-Length")) || 0);
      return answer;
    }
    const through = new TransformStream({
      transform(chunk, to) {
        count(chunk.byteLength);
        to.enqueue(chunk);
      },
    });
    return new Response(answer.body.pipeThrough(through), answer);
  };
}

async function start({ base, files }) {
  probe();
  counting(files);
  const own = Promise.all(files.own.map((name) => bytes(base, name)));
  own.catch(() => {}); // told below, where it is awaited
  importScripts(`${base}pyodide.js`);
  python = await begin(base, files);
  check(files.packages);
  tell({ tell: "stage", unpacking: true });
  const [site] = python.runPython("import site; site.getsitepackages()").toJs();
  for (const archive of await own) python.unpackArchive(archive, "zip", { extractDir: site });
  python.runPython("import random, vgtext_fonts; random.seed()"); // else each start's are alike
  runner = python.pyimport("vgtext.live.runner").start(postMessage.bind(self), files.loadable);
  tell({
    tell: "ready",
    version: python.runPython("import sys; sys.version.split()[0]"),
    loaded: performance.getEntriesByType("resource").map(({ name }) => name),
  });
}

// Goes on from the memory of a Python that has started (ahead.cjs); where that cannot be, starts
// one.
async function begin(base, files) {
  const given = {
    indexURL: base,
    lockFileURL: `${base}${files.lock}`,
    packages: files.packages,
    env: files.env,
  };
  try {
    return await loadPyodide({ ...given, _loadSnapshot: remembered(base, files) });
  } catch (error) {
    console.info(`Python starts from nothing: ${error}`);
    return loadPyodide(given);
  }
}

async function remembered(base, { memory, integrity }) {
  const { body } = await fetch(base + memory, { integrity });
  return new Response(body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

async function bytes(base, name) {
  const answer = await fetch(base + name);
  if (!answer.ok) throw new Error(`missing: ${name}`);
  return answer.arrayBuffer();
}

// Pyodide says in the console alone what it could not load.
function check(packages) {
  const absent = packages.filter((name) => !python.loadedPackages[name]);
  if (absent.length) throw new Error(`missing: ${absent.join(", ")}`);
}

// Does something; where it returns a package that it lacks, once more with that package.
async function withPackages(work, about) {
  for (;;) {
    const absent = await work();
    if (!absent) return;
    tell({ tell: "loading", name: absent, ...about });
    try {
      await python.loadPackage([absent], { messageCallback: () => {} });
      check([absent]);
    } catch (error) {
      runner.offer(JSON.stringify({ name: absent })); // for the next try, when the network is back
      throw error;
    }
  }
}

const acts = {
  start,
  before: async (given) => runner.before(JSON.stringify(given)),
  run: (given) => withPackages(() => runner.run(JSON.stringify(given)), { cell: given.cell }),
  want: (given) => withPackages(() => runner.want(JSON.stringify(given)), { key: given.key }),
  call: (given) => withPackages(() => runner.call(JSON.stringify(given)), { id: given.id }),
  halt: async (given) => runner?.halt(JSON.stringify(given)),
};
onmessage = ({ data }) => {
  const { act, ...given } = data;
  const { cell, id, key, want } = given;
  const failed = (error) => {
    const words = String(error?.message || error);
    tell({ tell: "failed", of: act, cell, id, key, turn: want?.turn, words });
  };
  const go = () => acts[act](given).catch(failed);
  if (act === "halt")
    go(); // while a call waits for its next turn
  else busy = busy.then(go);
};
