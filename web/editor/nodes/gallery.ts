// Several photos, shown side by side.
import type { NodeSpec } from "prosemirror-model";
import { button, element } from "../dom.ts";
import { icon } from "../icons.ts";
import { SUGGESTION_MARKS, suggestible } from "../suggestion_marks.ts";
import { BlockView, type BlockArguments } from "./block_view.ts";

export const gallery: NodeSpec = {
  group: "block",
  content: "photo*",
  marks: SUGGESTION_MARKS,
  isolating: true,
  attrs: { ...suggestible },
  toDOM: () => ["div", { "class": "gallery" }, 0],
  parseDOM: [{ tag: "div.gallery" }],
};

export class GalleryView extends BlockView {
  constructor(...given: BlockArguments) {
    super("gallery-block", given);
    this.hold("div", { "class": "gallery" });
    const add = button(
      { "class": "editor-quiet-button" },
      () => void this.#add(),
      icon("plus"),
      this.page.words("photo-add"),
    );
    this.dom.append(element("div", { "class": "editor-fields", "contenteditable": false }, add));
    this.addBar();
  }

  async #add(): Promise<void> {
    const id = await this.page.choosePhoto();
    const at = this.position();
    if (id === null || at === undefined) return;
    const photo = this.node.type.schema.nodes["photo"]?.create({ id });
    if (photo) this.view.dispatch(this.view.state.tr.insert(at + this.node.nodeSize - 1, photo));
  }
}
