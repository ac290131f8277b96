// Several people at one article, over a network that delays, mixes and breaks. At the end all have
// the same, the server has it on disk, and nothing that somebody wrote is missing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { toggleMark, wrapIn } from "prosemirror-commands";
import { wrapInList } from "prosemirror-schema-list";
import { Selection, TextSelection } from "prosemirror-state";
import { yXmlFragmentToProseMirrorRootNode } from "../../node_modules/.tests/binding.mjs";
import { difference } from "../../node_modules/.tests/fields.mjs";
import { schema } from "../../node_modules/.tests/schema.mjs";
import { setSuggesting } from "../../node_modules/.tests/suggestions.mjs";
import { addColumn, addRow, emptyTable } from "../../node_modules/.tests/table_commands.mjs";
import { toHeading } from "../../node_modules/.tests/text_commands.mjs";
import { Client, Clock, random, Server } from "./support.mjs";

/** Lets `count` clients act, the network too, and brings all to rest. */
function play({ seed, count, steps, act }) {
  const chance = random(seed);
  const [server, clock] = [new Server(), new Clock()];
  const clients = Array.from({ length: count }, (_, n) => new Client(server, clock, `c${n}`));
  server.settle();
  // The server makes the first paragraph, as it does for a new article.
  const [first] = clients;
  first.edit().dispatch(first.edit().state.tr.insertText("Start.", 1));
  server.settle();
  for (const client of clients) client.edit();
  for (let step = 0; step < steps; step++) {
    const what = chance();
    if (what < 0.45) act(chance.pick(clients), chance, step);
    else if (what < 0.85) for (let n = chance.below(6); n >= 0; n--) server.arrive(chance);
    else if (what < 0.92) {
      const line = chance.pick([...server.lines]);
      line?.cut(chance.pick([1001, 1006, 1012]));
    } else if (what < 0.97) clock.pass(chance.below(3_000));
    else server.saves = !server.saves;
  }
  server.saves = true;
  for (let rest = 0; rest < 6; rest++) {
    clock.pass(60_000);
    server.settle();
    server.save();
    server.settle();
  }
  return { server, clients };
}

function assertSame({ server, clients }, seed) {
  const [first] = clients;
  const whole = JSON.stringify(first.doc.getXmlFragment("body").toJSON());
  for (const client of clients) {
    assert.equal(client.connection.state, "live", `seed ${seed}: ${client.name}`);
    assert.equal(client.connection.unsaved, 0, `seed ${seed}: ${client.name}`);
    // Not as values to compare: a failure would print the whole of both.
    assert.ok(JSON.stringify(client.doc.getXmlFragment("body").toJSON()) === whole, `seed ${seed}: ${client.name}`);
    assert.deepEqual(client.doc.getText("headline").toString(), first.doc.getText("headline").toString());
    assert.deepEqual(client.doc.getMap("fields").toJSON(), first.doc.getMap("fields").toJSON());
    assert.ok(client.view.state.doc.eq(first.view.state.doc), `seed ${seed}: ${client.name} shows something else`);
    client.view.state.doc.check();
  }
  assert.ok(JSON.stringify(server.doc.getXmlFragment("body").toJSON()) === whole, `seed ${seed}: server`);
  const read = yXmlFragmentToProseMirrorRootNode(server.doc.getXmlFragment("body"), schema);
  assert.equal(read.textContent, first.view.state.doc.textContent, `seed ${seed}`);
}

function closeAll({ clients }) {
  for (const client of clients) client.close();
}

/** Puts the cursor anywhere. */
function wander(view, chance) {
  const { doc } = view.state;
  const place = (at) => whole(doc, Selection.near(doc.resolve(Math.min(at, doc.content.size))).from);
  const from = place(chance.below(doc.content.size + 1));
  const to = chance() < 0.3 ? place(from + chance.below(20)) : from;
  const selection = TextSelection.between(doc.resolve(from), doc.resolve(Math.max(from, to)));
  view.dispatch(view.state.tr.setSelection(selection));
}

/** No cursor stands within a character. */
function whole(doc, at) {
  const { nodeBefore, nodeAfter } = doc.resolve(at);
  const half = /[\uD800-\uDBFF]$/.test(nodeBefore?.text ?? "") && /^[\uDC00-\uDFFF]/.test(nodeAfter?.text ?? "");
  return half ? at - 1 : at;
}

function typeHeadline(client, chance, word) {
  const text = client.doc.getText("headline");
  const before = text.toString();
  const at = chance.below(before.length + 1);
  const { at: place, remove, insert } = difference(before, before.slice(0, at) + word + before.slice(at), at + word.length);
  client.doc.transact(() => {
    text.delete(place, remove);
    text.insert(place, insert);
  });
}

for (const count of [2, 5]) {
  test(`${count} people who only add lose nothing`, () => {
    for (let seed = 1; seed <= 25; seed++) {
      const words = [];
      const played = play({
        seed,
        count,
        steps: 250,
        act: (client, chance, step) => {
          const view = client.edit();
          wander(view, chance);
          const word = `⟨${client.name}·${step}⟩`;
          words.push(word);
          if (chance() < 0.2) return typeHeadline(client, chance, word);
          // Whoever writes into the words of another cuts them, and both are still there.
          const { $from } = view.state.selection;
          const end = $from.parent.isTextblock ? $from.end() : $from.pos;
          const tr = view.state.tr.insertText(word, end);
          if (chance() < 0.25 && $from.parent.type.name === "paragraph") tr.split(end);
          view.dispatch(tr);
        },
      });
      assertSame(played, seed);
      const text = played.server.doc.getText("headline").toString() + played.clients[0].view.state.doc.textContent;
      const letters = (given) => [...given].sort().join("");
      // The headline takes words within words, so it is the letters that are counted.
      assert.equal(letters(text), letters(`Start.${words.join("")}`), `seed ${seed}`);
      closeAll(played);
    }
  });

  test(`${count} people who write, delete, format and suggest have the same at the end`, () => {
    for (let seed = 100; seed < 125; seed++) {
      const played = play({
        seed,
        count,
        steps: 300,
        act: (client, chance, step) => {
          const view = client.edit();
          wander(view, chance);
          const run = (command) => command(view.state, view.dispatch);
          const acts = [
            () => view.dispatch(view.state.tr.insertText(`w${step} `)),
            () => view.dispatch(view.state.tr.insertText(`👩‍🚀${step}`)),
            () => view.dispatch(view.state.tr.deleteSelection()),
            () => view.state.selection.$from.depth > 0 && view.dispatch(view.state.tr.split(view.state.selection.from)),
            () => run(toggleMark(schema.marks.strong)),
            () => run(toggleMark(schema.marks.link, { href: "https://example.org/" })),
            () => run(toHeading(2 + chance.below(3))),
            () => run(wrapIn(schema.nodes.quotation)),
            () => run(wrapInList(schema.nodes.bullet_list)),
            () => view.dispatch(view.state.tr.insert(0, emptyTable(schema, 2, 2))),
            () => run(addRow),
            () => run(addColumn),
            () => setSuggesting(view, chance() < 0.5),
            () => client.doc.getMap("fields").set("kind", chance.pick(["news", "opinion"])),
            () => typeHeadline(client, chance, `h${step} `),
          ];
          try {
            chance.pick(acts)();
          } catch (error) {
            // A random place does not suit each act.
            if (!(error instanceof RangeError || /^(Cannot|Invalid|Structure|Inconsistent)/.test(String(error.message)) || error.name === "ReplaceError")) throw error;
          }
        },
      });
      assertSame(played, seed);
      closeAll(played);
    }
  });
}
