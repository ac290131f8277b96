// What keys do in the body, and the list that tells so.
import {
  baseKeymap, chainCommands, exitCode, selectParentNode,
} from "prosemirror-commands";
import { undoInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import { liftListItem, sinkListItem } from "prosemirror-schema-list";
import type { Node } from "prosemirror-model";
import { type Command, NodeSelection, type Plugin, Selection } from "prosemirror-state";
import { redoCommand, undoCommand } from "./binding.ts";
import { leaveDown, moveBlock } from "./block_commands.ts";
import { ask } from "./dialog.ts";
import { element } from "./dom.ts";
import { enterBlock } from "./nodes/block_view.ts";
import { schema } from "./schema.ts";
import { cellBelow, emptyCells, nextCell } from "./table_commands.ts";
import {
  insertBreak, plainAtStart, splitHeading, splitItem, toggle, toggleList, toggleQuotation,
  toHeading, toParagraph,
} from "./text_commands.ts";
import type { Words } from "./words.ts";

export interface Elsewhere {
  link: Command;
  toToolbar: Command;
  showShortcuts: Command;
}

export function keys({ link, toToolbar, showShortcuts }: Elsewhere): Plugin[] {
  const { list_item } = schema.nodes;
  const backspace = chainCommands(undoInputRule, emptyCells, plainAtStart);
  return [
    keymap({
      "Mod-b": toggle("strong"),
      "Mod-i": toggle("emphasis"),
      "Mod-e": toggle("code"),
      "Mod-Shift-x": toggle("strike"),
      "Mod-.": toggle("superscript"),
      "Mod-,": toggle("subscript"),
      "Mod-k": link,
      "Mod-Alt-0": toParagraph,
      "Mod-Alt-2": toHeading(2),
      "Mod-Alt-3": toHeading(3),
      "Mod-Alt-4": toHeading(4),
      "Mod-Shift-7": toggleList("ordered_list"),
      "Mod-Shift-8": toggleList("bullet_list"),
      "Mod-Shift-9": toggleQuotation,
      "Mod-z": undoCommand as Command,
      "Mod-y": redoCommand as Command,
      "Mod-Shift-z": redoCommand as Command,
      "Mod-/": showShortcuts,
      "Alt-F10": toToolbar,
      "Alt-ArrowUp": moveSelected(-1),
      "Alt-ArrowDown": moveSelected(1),
      "Mod-Enter": chainCommands(exitCode, leaveBlock),
      "Shift-Enter": insertBreak,
      "Enter": chainCommands(enterBlock, cellBelow, splitItem, splitHeading),
      "Backspace": backspace,
      "Mod-Backspace": backspace,
      "Delete": emptyCells,
      "Tab": chainCommands(nextCell(1), sinkListItem(list_item)),
      "Shift-Tab": chainCommands(nextCell(-1), liftListItem(list_item)),
      "Mod-]": sinkListItem(list_item),
      "Mod-[": liftListItem(list_item),
      "Escape": selectOuterBlock,
      // Browsers do not find the end where a block's fields come last.
      "Mod-Home": toEdge((doc) => Selection.atStart(doc)),
      "Mod-End": toEdge((doc) => Selection.atEnd(doc)),
    }),
    keymap(baseKeymap),
  ];
}

/** Ctrl+ or ⌘, as this machine has it. */
export function modifier(platform: string): string {
  return /Mac|iPhone|iPad/.test(platform) ? "⌘" : "Ctrl+";
}

/** What is to be told of the keys, in the order of the list. */
export function shortcuts(words: Words, mod: string): [keys: string, does: string][] {
  return [
    [`${mod}B`, words("bold")],
    [`${mod}I`, words("italic")],
    [`${mod}K`, words("link")],
    [`${mod}E`, words("code")],
    [`${mod}Shift+X`, words("strike")],
    [`${mod}.`, words("superscript")],
    [`${mod},`, words("subscript")],
    [`${mod}Alt+0`, words("paragraph")],
    [`${mod}Alt+2`, words("heading", { level: 2 })],
    [`${mod}Alt+3`, words("heading", { level: 3 })],
    [`${mod}Alt+4`, words("heading", { level: 4 })],
    [`${mod}Shift+7`, words("ordered-list")],
    [`${mod}Shift+8`, words("bullet-list")],
    [`${mod}Shift+9`, words("quotation")],
    ["/", words("shortcut-blocks")],
    ["Shift+Enter", words("shortcut-break")],
    [`${mod}Enter`, words("shortcut-leave")],
    ["Enter", words("shortcut-block")],
    ["Alt+↑ Alt+↓", words("shortcut-move")],
    ["Tab", words("shortcut-tab")],
    ["Backspace", words("shortcut-typography")],
    [`${mod}Alt+M`, words("note-add")],
    [`${mod}Z`, words("undo")],
    [`${mod}Y`, words("redo")],
    ["Alt+F10", words("shortcut-toolbar")],
    [`${mod}/`, words("shortcuts")],
  ];
}

export async function showShortcuts(words: Words, mod: string): Promise<void> {
  await ask<never>(words("shortcuts"), words, () => {
    const list = element("dl", { "class": "editor-shortcuts", "tabindex": 0, "data-first": true });
    for (const [keys, does] of shortcuts(words, mod)) {
      list.append(element(
        "div",
        {},
        element("dt", {}, ...keys.split(" ").map((one) => element("kbd", {}, one))),
        element("dd", {}, does),
      ));
    }
    return [list];
  }, true);
}

/** The block that is moved or left: the selected one, or the outermost that the cursor is in. */
function blockAt(state: Parameters<Command>[0]): number | null {
  const { selection } = state;
  if (selection instanceof NodeSelection) return selection.from;
  const { $from } = selection;
  for (let depth = $from.depth; depth > 0; depth--) {
    const holder = $from.node(depth - 1).type.name;
    if (holder === "doc" || holder === "fact_box" || holder === "list_item") {
      // An item's only paragraph moves as the item.
      if (holder === "list_item" && $from.node(depth - 1).childCount === 1) return $from.before(depth - 1);
      return $from.before(depth);
    }
  }
  return null;
}

function moveSelected(step: 1 | -1): Command {
  return (state, _dispatch, view) => {
    const at = blockAt(state);
    if (at === null || !view) return false;
    return moveBlock(view, at, step);
  };
}

function toEdge(edge: (doc: Node) => Selection): Command {
  return (state, dispatch) => {
    dispatch?.(state.tr.setSelection(edge(state.doc)).scrollIntoView());
    return true;
  };
}

const leaveBlock: Command = (state, _dispatch, view) => {
  const { selection } = state;
  if (!view) return false;
  if (selection instanceof NodeSelection && selection.node.isBlock) {
    leaveDown(view, selection.to);
    return true;
  }
  if (selection.$from.depth < 2) return false;
  leaveDown(view, selection.$from.after(1));
  return true;
};

/** Esc within a quotation, a table or a box selects it as a whole. */
const selectOuterBlock: Command = (state, dispatch, view) => {
  const { $from } = state.selection;
  if (state.selection instanceof NodeSelection || $from.depth < 2) return false;
  return selectParentNode(state, dispatch, view);
};

