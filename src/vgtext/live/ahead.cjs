// Makes ahead what would cost a page's start its time: node ahead.cjs FOLDER ENV, in the Pyodide of FOLDER.
// compiled.zip: byte code of what a start imports, for the place where packages lie. memory.gz: the memory of a Python
// that has started and imported of its own library what a start needs, so that a page's Python goes on from there.
const fs = require("fs");
const { gzipSync } = require("zlib");
const folder = process.argv[2],
  env = JSON.parse(process.argv[3]);
const { loadPyodide } = require(`${folder}/pyodide.js`);
const COMPILE = `
import importlib.util, os, py_compile, sys, zipfile
import vgtext_fonts, vgtext.live.runner, vgtext.ask, vgtext.palette, vgtext.ledger, vgtext.diagnose
site = os.path.dirname(os.path.dirname(vgtext.__file__))
found = {m.__name__: m.__spec__.origin for m in [*sys.modules.values()]
         if getattr(m, "__spec__", None) and m.__spec__.origin}
with zipfile.ZipFile("compiled.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
    for path in sorted({path for path in found.values() if path.startswith(site) and path.endswith(".py")}):
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(path, "one.pyc", doraise=True, invalidation_mode=mode)
        name = os.path.relpath(importlib.util.cache_from_source(path), site)
        with open("one.pyc", "rb") as one:
            zipped.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), one.read(), zipfile.ZIP_DEFLATED)
[name for name, path in found.items() if path.startswith("/lib/python312.zip/") and "pyodide" not in name]
`;

// Writes compiled.zip; returns the modules of Python's own library that a start imports.
async function compile() {
  const python = await loadPyodide({ indexURL: `${folder}/`, env });
  await python.loadPackage(["numpy", "matplotlib"], { messageCallback: () => {} });
  const own = new Uint8Array(fs.readFileSync(`${folder}/vgtext.zip`)).buffer;
  const [site] = python.runPython("import site; site.getsitepackages()").toJs();
  python.unpackArchive(own, "zip", { extractDir: site });
  const modules = python.runPython(COMPILE).toJs();
  fs.writeFileSync(`${folder}/compiled.zip`, python.FS.readFile("compiled.zip"));
  return modules;
}

// Extension modules of packages cannot be in it: their code is not part of the memory.
async function remember(modules) {
  const python = await loadPyodide({ indexURL: `${folder}/`, env, _makeSnapshot: true });
  python.runPython(`import ${modules.join(", ")}`);
  fs.writeFileSync(`${folder}/memory.gz`, gzipSync(python.makeMemorySnapshot(), { level: 9 }));
}

compile()
  .then(remember)
  .catch((error) => {
    console.error(String(error));
    process.exit(1);
  });
