// Stories about the same, found by the search index: one press adds one to the related stories.
import type * as Y from "yjs";
import { announce, button, element } from "./dom.ts";
import { icon } from "./icons.ts";
import { storyOf } from "./pickers.ts";
import type { Story } from "./nodes/block_view.ts";
import type { Choice } from "./typeahead.ts";
import type { Words } from "./words.ts";

/** `root` says in `data-alike-url` where they are asked for. Gives what ends it. */
export function suggestAlike(root: HTMLElement, related: Y.Array<Story>, words: Words): () => void {
  const url = root.dataset["alikeUrl"];
  if (url === undefined) return () => {};
  let found: Choice[] = [];
  const list = element("ul", { "class": "editor-alike", "aria-label": words("related-alike") });
  const look = button({ "class": "editor-quiet-button" }, () => void ask(true), words("related-alike-look"));
  const show = () => {
    const chosen = new Set(related.toArray().map((story) => story.article));
    const open = found.filter(({ id }) => !chosen.has(id));
    list.replaceChildren(...open.map((choice) => element("li", {}, adder(choice))));
    list.hidden = open.length === 0;
  };
  const adder = (choice: Choice) =>
    button(
      { "class": "editor-quiet-button", "aria-label": words("related-alike-add", { name: choice.label }) },
      () => {
        related.push([storyOf(choice)]);
        announce(words("added", { name: choice.label }));
        // The button has gone; the one that looks again is where whoever goes by keyboard goes on.
        look.focus();
      },
      icon("plus"),
      choice.label,
    );
  const ask = async (aloud: boolean) => {
    try {
      const answer = await fetch(url, { headers: { accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) return;
      found = (await answer.json()) as Choice[];
      show();
      if (aloud) announce(list.hidden ? words("related-alike-none") : words("related-alike"));
    } catch {
      // Without a network nothing is suggested.
    }
  };
  root.after(list, look);
  related.observe(show);
  show();
  void ask(false);
  return () => {
    related.unobserve(show);
    list.remove();
    look.remove();
  };
}
