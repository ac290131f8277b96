// What the block menu offers, and what each choice does.
import type { Node } from "prosemirror-model";
import type { Command } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { insertBlock } from "./block_commands.ts";
import type { Icon } from "./icons.ts";
import type { Page } from "./nodes/block_view.ts";
import { providerOf } from "./nodes/embed.ts";
import { askEmbed } from "./pickers.ts";
import { schema } from "./schema.ts";
import { emptyTable } from "./table_commands.ts";
import { toCode, toggleList, toggleQuotation, toHeading, toParagraph } from "./text_commands.ts";

export interface BlockChoice {
  id: string;
  label: string;
  icon: Icon;
  /** How to do the same by keyboard. */
  keys?: string;
  run(view: EditorView): void;
}

export function blockChoices(page: Page, mod: string): BlockChoice[] {
  const { words } = page;
  const { nodes } = schema;
  const by = (command: Command) => (view: EditorView) => {
    command(view.state, view.dispatch, view);
    view.focus();
  };
  const put = (view: EditorView, block: Node) => {
    view.dispatch(insertBlock(view.state.tr, block));
    view.focus();
  };
  const heading = (level: number): BlockChoice => ({
    id: `heading-${level}`,
    label: words("heading", { level }),
    icon: "heading",
    keys: `${mod}Alt+${level}`,
    run: by(toHeading(level)),
  });
  return [
    { id: "paragraph", label: words("paragraph"), icon: "paragraph", keys: `${mod}Alt+0`, run: by(toParagraph) },
    heading(2),
    heading(3),
    heading(4),
    { id: "quotation", label: words("quotation"), icon: "quotation", keys: `${mod}Shift+9`, run: by(toggleQuotation) },
    { id: "bullet_list", label: words("bullet-list"), icon: "bullets", keys: `${mod}Shift+8`, run: by(toggleList("bullet_list")) },
    { id: "ordered_list", label: words("ordered-list"), icon: "numbers", keys: `${mod}Shift+7`, run: by(toggleList("ordered_list")) },
    {
      id: "photo",
      label: words("photo"),
      icon: "photo",
      run: async (view) => {
        const id = await page.choosePhoto();
        if (id !== null) put(view, nodes.photo.create({ id }));
      },
    },
    {
      id: "gallery",
      label: words("gallery"),
      icon: "gallery",
      run: async (view) => {
        const id = await page.choosePhoto();
        if (id !== null) put(view, nodes.gallery.create(null, nodes.photo.create({ id })));
      },
    },
    {
      id: "related",
      label: words("related"),
      icon: "related",
      run: async (view) => {
        const story = await page.chooseStory();
        if (story) put(view, nodes.related.create({ ...story }));
      },
    },
    {
      id: "embed",
      label: words("embed"),
      icon: "embed",
      run: async (view) => {
        const url = await askEmbed(words);
        if (url !== null) put(view, nodes.embed.create({ url, provider: providerOf(url) }));
      },
    },
    { id: "table", label: words("table"), icon: "table", run: (view) => put(view, emptyTable(schema, 3, 3)) },
    {
      id: "fact_box",
      label: words("fact-box"),
      icon: "fact_box",
      run: (view) => put(view, nodes.fact_box.create(null, nodes.paragraph.create())),
    },
    { id: "divider", label: words("divider"), icon: "divider", run: (view) => put(view, nodes.divider.create()) },
    { id: "code_block", label: words("code-block"), icon: "code_block", run: by(toCode) },
  ];
}

/** The choices whose name has every word of `query`. */
export function matching(choices: readonly BlockChoice[], query: string): BlockChoice[] {
  const wanted = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return choices.filter(({ label, id }) => {
    const name = `${label} ${id}`.toLowerCase();
    return wanted.every((word) => name.includes(word));
  });
}
