// Bundles the editor's modules one by one for node's tests, which cannot read TypeScript. What they
// import from packages stays an import, so that tests and modules share one Yjs.
import { readdir } from "node:fs/promises";
import { build } from "esbuild";

const entries = (await readdir(import.meta.dirname)).filter((name) => name.endsWith(".ts") && name !== "editor.ts");

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: entries,
  outdir: "../dist/tests",
  bundle: true,
  splitting: true,
  packages: "external",
  format: "esm",
  target: ["node20"],
  logLevel: "warning",
});
