import assert from "node:assert/strict";
import { test } from "node:test";
import { undoInputRule } from "prosemirror-inputrules";
import { EditorState, TextSelection } from "prosemirror-state";
import { schema } from "../../node_modules/.tests/schema.mjs";
import { spelled, typography } from "../../node_modules/.tests/typography.mjs";

/** What stands after `keys` were typed one by one. */
function typed(keys, language) {
  let text = "";
  for (const key of keys) {
    const spelling = spelled(text, key, language);
    text = spelling ? text.slice(0, text.length - spelling.remove) + spelling.insert : text + key;
  }
  return text;
}

test("each language has its quotes and dashes", () => {
  for (const [language, keys, wanted] of [
    ["en", `"It's 'so'," he said--then---"no"...`, "“It’s ‘so’,” he said–then—“no”…"],
    ["en-GB", `("a")`, "(“a”)"],
    ["en", `the '90s "x"-"y"`, "the ’90s “x”-”y”"],
    ["es", `"dijo "no" ayer" -- y`, "«dijo “no” ayer» — y"],
    ["es", `¿"a"? l'a`, "¿«a»? l’a"],
    ["de", `"Ja, 'so', geht's", -- x`, "„Ja, ‚so‘, geht’s“, – x"],
    ["fr", `"Oui" ! Non ; a : b l'an`, "«\u202FOui\u202F»\u202F! Non\u202F; a\u00A0: b l’an"],
    ["ru", `"a "b" c" -- d`, "«a „b“ c» — d"],
    ["pl", `"a"`, "„a”"],
    ["sv", `"a" 'b'`, "”a” ’b’"],
    ["he", `"a"`, "”a”"],
    ["ja", `"a"--`, `"a"--`],
    ["", `"a"`, `"a"`],
  ]) assert.equal(typed(keys, language), wanted, `${language}: ${keys}`);
});

test("more than three hyphens or dots are left alone", () => {
  assert.equal(typed("a----", "en"), "a—-");
  assert.equal(typed("a.....", "en"), "a…..");
});

test("an address is not spelled", () => {
  assert.equal(typed("https://e.org/a?b", "fr"), "https://e.org/a?b");
});

/** Types into a document as the view does, and gives the state after. */
function typing(content, at, key) {
  const plugin = typography(() => "en");
  const doc = schema.node("doc", null, content);
  let state = EditorState.create({ schema, doc, plugins: [plugin] });
  state = state.apply(state.tr.setSelection(TextSelection.create(state.doc, at)));
  const view = {
    get state() {
      return state;
    },
    composing: false,
    dispatch: (tr) => (state = state.apply(tr)),
  };
  const { from, to } = state.selection;
  const handled = plugin.props.handleTextInput.call(plugin, view, from, to, key);
  return { handled, state };
}

test("one Backspace takes a correction back", () => {
  const { handled, state } = typing([schema.node("paragraph", null, schema.text("He said "))], 9, '"');
  assert.ok(handled);
  assert.equal(state.doc.textContent, "He said “");
  let undone;
  assert.ok(undoInputRule(state, (tr) => (undone = state.apply(tr))));
  assert.equal(undone.doc.textContent, 'He said "');
});

test("code is left as it is typed", () => {
  const block = schema.node("code_block", null, schema.text("let a = "));
  assert.ok(!typing([block], 9, '"').handled);
  const inline = schema.node("paragraph", null, schema.text("a =", [schema.mark("code")]));
  assert.ok(!typing([inline], 3, '"').handled);
});
