// Compiles ahead what a page imports at its start: node ahead.cjs FOLDER OUT, in the Pyodide of FOLDER.
// OUT becomes a zip of byte code, for the place where packages lie; with it a start takes half the time.
const fs = require("fs");
const [, , folder, out] = process.argv;
const { loadPyodide } = require(`${folder}/pyodide.js`);
const COMPILE = `
import importlib.util, os, py_compile, sys, zipfile
import vgtext_fonts, vgtext.live.runner, vgtext.ask, vgtext.palette, vgtext.ledger, vgtext.diagnose
site = os.path.dirname(os.path.dirname(vgtext.__file__))
found = {m.__spec__.origin for m in list(sys.modules.values()) if getattr(m, "__spec__", None) and m.__spec__.origin}
with zipfile.ZipFile("ahead.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
    for path in sorted(path for path in found if path.startswith(site) and path.endswith(".py")):
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(path, "one.pyc", doraise=True, invalidation_mode=mode)
        name = os.path.relpath(importlib.util.cache_from_source(path), site)
        with open("one.pyc", "rb") as one:
            zipped.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), one.read(), zipfile.ZIP_DEFLATED)
`;
(async () => {
  const env = { HOME: "/home/pyodide", VGTEXT_EXPLORE: "page", MPLBACKEND: "agg" };
  const python = await loadPyodide({ indexURL: `${folder}/`, env });
  await python.loadPackage(["numpy", "matplotlib"], { messageCallback: () => {} });
  const own = new Uint8Array(fs.readFileSync(`${folder}/vgtext.zip`)).buffer;
  const [site] = python.runPython("import site; site.getsitepackages()").toJs();
  python.unpackArchive(own, "zip", { extractDir: site });
  python.runPython(COMPILE);
  fs.writeFileSync(out, python.FS.readFile("ahead.zip"));
})().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
