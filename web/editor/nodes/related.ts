// A story that an editor relates to this one, within the body.
import type { NodeSpec } from "prosemirror-model";
import { isAddress } from "../address.ts";
import { element } from "../dom.ts";
import { TITLE_CHARS_MAX } from "../limits.ts";
import { suggestible } from "../suggestion_marks.ts";
import { attribute, isId, text } from "./attributes.ts";
import { BlockView, type BlockArguments } from "./block_view.ts";

export const related: NodeSpec = {
  group: "block",
  draggable: true,
  attrs: { title: text, address: text, article: text, ...suggestible },
  toDOM: (node) => [
    "aside",
    {
      "class": "related",
      "data-title": node.attrs["title"],
      "data-address": node.attrs["address"],
      "data-article": node.attrs["article"],
    },
    ["p", node.attrs["title"] ?? node.attrs["address"] ?? ""],
  ],
  parseDOM: [
    {
      tag: "aside.related",
      getAttrs: (dom) => {
        const title = attribute(dom, "data-title");
        const address = attribute(dom, "data-address");
        const article = attribute(dom, "data-article");
        const story = {
          title,
          address: address !== null && isAddress(address, "story") ? address : null,
          article: isId(article) ? article : null,
        };
        return Object.values(story).some((value) => value !== null) ? story : false;
      },
    },
  ],
};

export class RelatedView extends BlockView {
  constructor(...given: BlockArguments) {
    super("related", given);
    const { words } = this.page;
    this.dom.append(
      element("p", { "class": "related-label", "contenteditable": false }, words("related")),
    );
    this.addPreview(({ attrs }) => {
      const title: unknown = attrs["title"] ?? attrs["address"] ?? words("unknown");
      return [element("span", { "class": "related-story" }, String(title))];
    });
    // A story that names neither a title nor a target is none, so the last of them stays.
    this.addFields([
      {
        name: "title",
        label: words("title"),
        max: TITLE_CHARS_MAX,
        required: (node) => node.attrs["address"] === null && node.attrs["article"] === null,
      },
      {
        name: "address",
        label: words("address"),
        address: "story",
        required: (node) => node.attrs["title"] === null && node.attrs["article"] === null,
      },
    ]);
    this.addBar({
      label: words("story-choose"),
      icon: "search",
      run: () => void this.#choose(),
    });
  }

  async #choose(): Promise<void> {
    const story = await this.page.chooseStory();
    if (story !== null) {
      const { title = null, address = null, article = null } = story;
      this.commit({ title, address, article });
    }
  }
}
