// Bundles the editor's modules one by one for node's tests, which cannot read TypeScript. Packages
// stay imports, so that tests and modules share one Yjs; but for the one that is patched. The bundle
// lies among the packages, where it finds them and no build of dist/ removes it.
import { readdir } from "node:fs/promises";
import { build } from "esbuild";
import { patches } from "./patches.mjs";

const entries = (await readdir(import.meta.dirname, { recursive: true }))
  .filter((name) => name.endsWith(".ts") && name !== "editor.ts");

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: entries,
  outdir: "../node_modules/.tests",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  external: ["yjs", "lib0", "y-protocols", "y-indexeddb", "prosemirror-*", "@handlewithcare/*"],
  plugins: [patches],
  format: "esm",
  target: ["node20"],
  logLevel: "warning",
});
