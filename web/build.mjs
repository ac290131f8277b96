// Builds web/dist: `assets/` with a hash in each name, to be cached for ever, and `styles/`,
// of which one stands inside each page. Only the binary reads it; see crates/site/build.rs.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { patches } from "./editor/patches.mjs";

const dist = new URL("dist/", import.meta.url);
const assets = new URL("assets/", dist);
await rm(dist, { recursive: true, force: true });
await mkdir(assets, { recursive: true });

const scripts = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: {
    reader: "reader/reader.ts",
    account: "reader/account.ts",
    newsroom: "newsroom/newsroom.ts",
    invitations: "newsroom/invitations.ts",
    editor: "editor/editor.ts",
    player: "player/player.ts",
    meet: "meeting/meeting.ts",
    self_test: "meeting/self_test.ts",
    sealing: "meeting/sealing_worker.ts",
  },
  outdir: "dist/assets",
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  legalComments: "none",
  plugins: [patches],
  metafile: true,
});

const styles = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ["front", "listing", "article", "discussion", "live", "meet", "meeting", "self_test", "search", "error"].map((page) => `styles/pages/${page}.css`),
  outdir: "dist/styles",
  bundle: true,
  minify: true,
  target: ["chrome120", "firefox117", "safari17.2"],
  metafile: true,
});

// The newsroom's styles, and those of a story's video and meeting, are files of their own: only pages
// that need them link to them.
const newsroomStyles = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: { newsroom: "newsroom/newsroom.css", editor: "editor/editor.css", video: "styles/components/video.css", meeting: "styles/components/meeting.css" },
  outdir: "dist/assets",
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  target: ["chrome120", "firefox117", "safari17.2"],
  metafile: true,
});

await copy("icons/icon.svg");
await compress();

for (const result of [scripts, styles, newsroomStyles]) {
  for (const [file, { bytes }] of Object.entries(result.metafile.outputs)) {
    console.log(`${String(bytes).padStart(7)} bytes  web/${file}`);
  }
}

/** Copies a file into the assets, with a hash of its bytes in its name. */
async function copy(path) {
  const bytes = await readFile(new URL(path, import.meta.url));
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase();
  const extension = extname(path);
  await writeFile(new URL(`${basename(path, extension)}-${hash}${extension}`, assets), bytes);
}

/** Puts each text beside itself as small as it gets: it is built once, and sent for ever. */
async function compress() {
  for (const name of await readdir(assets)) {
    if (![".js", ".css", ".svg"].includes(extname(name))) continue;
    const text = await readFile(new URL(name, assets));
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
    await writeFile(new URL(`${name}.br`, assets), brotliCompressSync(text, { params }));
    await writeFile(new URL(`${name}.gz`, assets), gzipSync(text, { level: 9 }));
  }
}
