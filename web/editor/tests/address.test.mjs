import assert from "node:assert/strict";
import { test } from "node:test";
import { elsewhere, isAddress, tidied, withoutTrackers } from "../../node_modules/.tests/address.mjs";
import { allowed, oneLine } from "../../node_modules/.tests/characters.mjs";

test("links go to the web, to mail, to telephones and within the site", () => {
  for (const address of [
    "https://example.org/a?b=c#d", "HTTP://example.org", "mailto:desk@example.org",
    "tel:+34-91-000", "/news/russia/", "#the-talks", "https://пример.рф/новости",
  ]) assert.ok(isAddress(address, "link"), address);
});

test("everything else is refused, as Rust refuses it", () => {
  for (const address of [
    "", "#", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", " javascript:alert(1)",
    "data:text/html,x", "vbscript:x", "file:///etc/passwd", "//evil.example", "/\\evil.example",
    "https:evil.example", "https://", "https://bank.example@evil.example/", "news/russia", "mailto:",
    "https://example.org/\u202Egnp.exe",
  ]) assert.ok(!isAddress(address, "link"), address);
  assert.ok(!isAddress("/own/path", "embed"));
  assert.ok(!isAddress("mailto:a@b.org", "story"));
});

test("what follows readers about is taken off, and nothing else", () => {
  for (const [given, wanted] of [
    ["https://e.org/a?utm_source=x&b=1&fbclid=2#c", "https://e.org/a?b=1#c"],
    ["https://e.org/a?utm_source=x&utm_medium=y", "https://e.org/a"],
    ["https://e.org/a?gclid=1#top", "https://e.org/a#top"],
    ["https://e.org/?q=a%20b&c", "https://e.org/?q=a%20b&c"],
    ["https://e.org/a#b?utm_source=x", "https://e.org/a#b?utm_source=x"],
    ["https://www.google.com/url?q=https://e.org/a?utm_source%3Dx&sa=D&ust=1", "https://e.org/a"],
    ["https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fe.org%2F&data=05", "https://e.org/"],
    ["https://www.google.com/url?q=javascript:alert(1)", "https://www.google.com/url?q=javascript:alert(1)"],
  ]) assert.equal(withoutTrackers(given), wanted);
});

test("what is typed becomes an address where it can", () => {
  for (const [typed, wanted] of [
    ["example.org", "https://example.org"],
    [" example.org/a b ", "https://example.org/a%20b"],
    ["desk@example.org", "mailto:desk@example.org"],
    ["/news", "/news"],
    ["just words", null],
    ["javascript:alert(1)", null],
    ["", null],
  ]) assert.equal(tidied(typed, "link"), wanted, typed);
  assert.equal(tidied("example.org/v", "embed"), "https://example.org/v");
});

test("links of another page that lead nowhere from here are none", () => {
  for (const href of ["/about", "#top", "page.html", "javascript:x", "data:text/html,x", "//e.org"]) {
    assert.equal(elsewhere(href), null, href);
  }
  assert.equal(elsewhere("https://e.org/?utm_id=3"), "https://e.org/");
});

test("characters that nobody sees are taken out, and typography stays", () => {
  assert.equal(allowed("a\u0000b\u202Ec\uFEFFd\u2028e\u{1FFFE}f\uD83Dg"), "abcdefg");
  assert.equal(allowed("“a”\u202F!\u200D\u200F👩‍🚀\n"), "“a”\u202F!\u200D\u200F👩‍🚀\n");
  assert.equal(oneLine("  a \n b\u00A0c  "), "a b\u00A0c");
});
