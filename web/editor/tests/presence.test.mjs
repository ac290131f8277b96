import assert from "node:assert/strict";
import { test } from "node:test";
import { colorFor, COLORS, contrast, initials, present, textOn } from "../../node_modules/.tests/presence.mjs";

test("a name can be read on every colour, and the colour seen on both papers", () => {
  for (const color of COLORS) {
    assert.ok(contrast(color, textOn(color)) >= 4.5, color);
    assert.ok(contrast(color, "#fffdfa") >= 3, color);
    // Of graphics, dark paper asks for less than of text.
    assert.ok(contrast(color, "#16171a") >= 2.5, `${color} ${contrast(color, "#16171a")}`);
  }
  assert.equal(textOn("#ffff00"), "#000000");
  assert.equal(contrast("#000000", "#ffffff"), 21);
});

test("a person keeps the colour, and only a real one is taken", () => {
  assert.equal(colorFor("p-1", "#123abc"), "#123abc");
  assert.equal(colorFor("p-1", "red; background: url(x)"), colorFor("p-1", undefined));
  assert.equal(colorFor("p-1", null), colorFor("p-1", null));
  assert.ok(COLORS.includes(colorFor("anyone", null)));
});

test("somebody with two windows is here once, and oneself stands first", () => {
  const user = (id, name) => ({ user: { id, name, color: "#0b6a99" } });
  const states = new Map([
    [1, { ...user("b", "Ben"), field: "headline" }],
    [2, user("a", "Ana")],
    [3, user("b", "Ben")],
    [4, { user: null }],
    [5, null],
    [6, { ...user("c", "Cy"), field: "<script>" }],
  ]);
  const people = present(states, 3);
  assert.deepEqual(people.map(({ user, own, field }) => [user.name, own, field]), [
    ["Ben", true, "headline"],
    ["Ana", false, null],
    ["Cy", false, null],
  ]);
});

test("initials", () => {
  assert.equal(initials("Irene Marsh"), "IM");
  assert.equal(initials(" ada "), "A");
  assert.equal(initials("José María de la Vega"), "JV");
  assert.equal(initials("😀 x"), "😀X");
});
