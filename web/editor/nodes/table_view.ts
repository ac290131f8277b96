// A table with a caption, and buttons for its rows and columns.
import type { Node } from "prosemirror-model";
import type { Command } from "prosemirror-state";
import { append, button, element, set } from "../dom.ts";
import { icon, type Icon } from "../icons.ts";
import { CAPTION_CHARS_MAX } from "../limits.ts";
import { addColumn, addRow, removeColumn, removeRow } from "../table_commands.ts";
import { BlockView, type BlockArguments } from "./block_view.ts";

export class TableView extends BlockView {
  readonly #table: HTMLElement;
  readonly #toggles: [attribute: string, HTMLButtonElement][] = [];

  constructor(...given: BlockArguments) {
    super("table-block", given);
    const { words } = this.page;
    this.addFields([
      { name: "caption", label: words("caption"), max: CAPTION_CHARS_MAX },
    ]);
    const scroller = this.hold("div", { "class": "table" }, "table");
    this.#table = scroller.firstElementChild as HTMLElement;
    this.contentDOM = this.#table.appendChild(element("tbody"));
    if (this.view.editable) this.dom.append(this.#tools());
    this.addBar();
    this.shown(this.node);
  }

  protected override shown(node: Node): void {
    const size = { rows: node.childCount, columns: node.firstChild?.childCount ?? 0 };
    set(this.dom, "aria-label", this.page.words("table-cells", size));
    for (const [attribute, toggle] of this.#toggles) {
      set(toggle, "aria-pressed", String(node.attrs[attribute] === true));
    }
    this.#table.classList.toggle("header-row", node.attrs["header_row"] === true);
    this.#table.classList.toggle("header-column", node.attrs["header_column"] === true);
  }

  #tools(): HTMLElement {
    const { words } = this.page;
    const commands: [string, Icon, Command][] = [
      [words("table-row-add"), "row_add", addRow],
      [words("table-row-remove"), "row_remove", removeRow],
      [words("table-column-add"), "column_add", addColumn],
      [words("table-column-remove"), "column_remove", removeColumn],
    ];
    const tools = element("div", { "class": "editor-block-bar editor-table-tools", "contenteditable": false });
    append(tools, commands.map(([label, name, command]) => {
      const run = () => {
        command(this.view.state, this.view.dispatch);
        this.view.focus();
      };
      return button({ "class": "editor-icon-button", "aria-label": label, "title": label }, run, icon(name));
    }));
    this.#toggles.push(
      ["header_row", this.#toggle("header_row", words("table-header-row"), "header_row")],
      ["header_column", this.#toggle("header_column", words("table-header-column"), "header_column")],
    );
    append(tools, this.#toggles.map(([, toggle]) => toggle));
    return tools;
  }

  #toggle(attribute: string, label: string, name: Icon): HTMLButtonElement {
    const flip = () => this.commit({ [attribute]: this.node.attrs[attribute] !== true });
    return button({ "class": "editor-icon-button", "aria-label": label, "title": label }, flip, icon(name));
  }
}
