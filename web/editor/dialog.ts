// Small questions, as the browser's own dialogs: it keeps the focus within them, closes them with
// Esc and gives the focus back.
import { append, button, element, freshId } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Words } from "./words.ts";

/** Opens a dialog with what `build` makes. It gets the function that closes it with an answer. */
export function ask<T>(
  title: string,
  words: Words,
  build: (answer: (value: T | null) => void) => (Node | string)[],
  wide = false,
): Promise<T | null> {
  const { promise, resolve } = withResolvers<T | null>();
  const id = freshId("dialog");
  const dialog = element("dialog", { "class": wide ? "editor-dialog editor-wide" : "editor-dialog", "aria-labelledby": id });
  const answer = (value: T | null) => {
    resolve(value);
    dialog.close();
  };
  dialog.append(
    element(
      "div",
      { "class": "editor-dialog-head" },
      element("h2", { id }, title),
      button(
        { "class": "editor-icon-button", "aria-label": words("close"), "title": words("close") },
        () => answer(null),
        icon("remove"),
      ),
    ),
  );
  append(dialog, build(answer));
  dialog.addEventListener("close", () => {
    resolve(null);
    dialog.remove();
  });
  dialog.addEventListener("click", (event) => {
    // The dialog's own box is only hit beside what it holds: on the backdrop.
    if (event.target === dialog) answer(null);
  });
  document.body.append(dialog);
  dialog.showModal();
  const first = dialog.querySelector<HTMLElement>("[data-first], input, textarea, select");
  first?.focus();
  return promise;
}

/** Asks for one line of text. `check` gives the value, or a sentence that says what is wrong. */
export function askLine(
  title: string,
  words: Words,
  given: { value: string; label: string; action: string; remove?: string },
  check: (typed: string) => { value: string } | { problem: string },
): Promise<string | null> {
  return ask<string>(title, words, (answer) => {
    const id = freshId("line");
    const input = element("input", {
      id,
      "type": "text",
      "inputmode": "url",
      "autocomplete": "off",
      "spellcheck": "false",
      "aria-describedby": `${id}-problem`,
    });
    input.value = given.value;
    const problem = element("p", { "id": `${id}-problem`, "class": "editor-field-error", "role": "alert" });
    const form = element(
      "form",
      { "class": "editor-line", "novalidate": true },
      element("label", { for: id }, given.label),
      input,
      problem,
    );
    const buttons = element(
      "div",
      { "class": "editor-dialog-buttons" },
      given.remove === undefined
        ? null
        : button({ "class": "editor-quiet-button" }, () => answer(""), given.remove),
      element("button", { "type": "submit", "class": "editor-button" }, given.action),
    );
    form.append(buttons);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const checked = check(input.value);
      if ("value" in checked) answer(checked.value);
      else {
        problem.textContent = checked.problem;
        input.setAttribute("aria-invalid", "true");
        input.focus();
      }
    });
    return [form];
  });
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}
