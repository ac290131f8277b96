// A photo. It may stand among the blocks, and in a gallery.
import type { Node, NodeSpec } from "prosemirror-model";
import { element } from "../dom.ts";
import { CAPTION_CHARS_MAX } from "../limits.ts";
import { suggestible } from "../suggestion_marks.ts";
import { attribute, isId, text } from "./attributes.ts";
import { BlockView, type BlockArguments } from "./block_view.ts";

export const photo: NodeSpec = {
  group: "block",
  draggable: true,
  attrs: { id: { validate: "string" }, caption: text, ...suggestible },
  toDOM: (node) => [
    "figure",
    { "class": "photo", "data-photo": node.attrs["id"], "data-caption": node.attrs["caption"] },
    ["figcaption", node.attrs["caption"] ?? ""],
  ],
  parseDOM: [
    {
      tag: "figure.photo[data-photo]",
      getAttrs: (dom) => {
        const id = attribute(dom, "data-photo");
        return isId(id) ? { id, caption: attribute(dom, "data-caption") } : false;
      },
    },
  ],
};

export class PhotoView extends BlockView {
  readonly #image: HTMLImageElement;
  readonly #missing: HTMLElement;

  constructor(...given: BlockArguments) {
    super("photo", given);
    const { words } = this.page;
    this.#image = element("img", { alt: "", draggable: false });
    this.#missing = element("p", { "class": "editor-photo-missing", "hidden": true }, words("photo-missing"));
    this.#image.addEventListener("error", () => this.#show(false));
    this.#image.addEventListener("load", () => this.#show(true));
    this.dom.append(element("div", { contenteditable: false }, this.#image, this.#missing));
    this.addFields([
      {
        name: "caption",
        label: words("caption"),
        hint: words("caption-photo"),
        max: CAPTION_CHARS_MAX,
        lines: true,
      },
    ]);
    this.addBar({
      label: words("photo-change"),
      icon: "photo",
      run: () => void this.#choose(),
    });
    this.#picture(this.node);
  }

  protected override shown(node: Node): void {
    this.#picture(node);
  }

  #picture(node: Node): void {
    const address = this.page.thumbnail(String(node.attrs["id"]));
    if (this.#image.getAttribute("src") !== address) this.#image.src = address;
  }

  #show(loaded: boolean): void {
    this.#image.hidden = !loaded;
    this.#missing.hidden = loaded;
  }

  async #choose(): Promise<void> {
    const id = await this.page.choosePhoto();
    if (id !== null) this.commit({ id });
  }
}
