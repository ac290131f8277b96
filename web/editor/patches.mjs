// What is mended in a dependency while it is bundled. Each patch names the text that it replaces,
// and fails when a new version no longer has it: then look whether it is still needed.
import { readFile } from "node:fs/promises";

/**
 * y-prosemirror 1.3 takes a text for unchanged when its only mark was exchanged for another and the
 * old one has no attributes: `{}` equals the attributes of a mark that is not there. Strong text
 * that becomes a suggestion would then be so in one browser only.
 */
const MARKS_EXCHANGED = {
  file: /y-prosemirror\/src\/plugins\/sync-plugin\.js$/,
  old: "return equalAttrs(attr, pmarks.find(/** @param {any} mark */ mark => mark.type.name === markname)?.attrs)",
  by: "const pmark = pmarks.find(mark => mark.type.name === markname)\n"
    + "        return pmark !== undefined && equalAttrs(attr, pmark.attrs)",
};

/**
 * y-prosemirror shows others' cursors a task after they have moved. A caret that was put elsewhere
 * meanwhile, and of which prosemirror-view was not told yet, would be put back, and what is typed
 * next would land there; see caret.ts.
 */
const CARET_JUST_MOVED = {
  file: /y-prosemirror\/src\/lib\.js$/,
  old: "ups.forEach((metas, view) => {\n    const tr = view.state.tr",
  by: "ups.forEach((metas, view) => {\n    if (view.isDestroyed) return\n"
    + "    view.domObserver.flush()\n    const tr = view.state.tr",
};

/** For esbuild's `plugins`. */
export const patches = {
  name: "patches",
  setup(build) {
    for (const { file, old, by } of [MARKS_EXCHANGED, CARET_JUST_MOVED]) {
      build.onLoad({ filter: file }, async ({ path }) => {
        const source = await readFile(path, "utf8");
        if (source.split(old).length !== 2) throw new Error(`${path} has changed: see editor/patches.mjs`);
        return { contents: source.replace(old, () => by), loader: "js" };
      });
    }
  },
};
