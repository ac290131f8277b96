// Bundles the meeting's modules one by one for node's tests, which cannot read TypeScript. The bundle
// lies among the packages, where no build of dist/ removes it.
import { readdir } from "node:fs/promises";
import { build } from "esbuild";

const folder = new URL("../", import.meta.url).pathname;
const entries = (await readdir(folder, { recursive: true }))
  .filter((name) => name.endsWith(".ts") && !["meeting.ts", "self_test.ts", "sealing_worker.ts"].includes(name));

await build({
  absWorkingDir: folder,
  entryPoints: [...entries, "../newsroom/invite.ts"],
  outbase: "..",
  outdir: "../node_modules/.meeting-tests",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["node20"],
  logLevel: "warning",
});
