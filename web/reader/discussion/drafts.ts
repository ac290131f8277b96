// What is being written outlives a reload, a lost connection and the way to sign in and back. It is
// kept in this tab, and the name in this browser; neither is sent anywhere.

const NAME = "tribune-name";

/** Keeps what is typed into the forms of comments there, and puts it back. */
export function keepDrafts(section: HTMLElement): void {
  section.addEventListener("input", ({ target }) => {
    const form = (target as HTMLElement).closest<HTMLFormElement>("form.comment-form");
    if (form && target instanceof HTMLTextAreaElement && target.name === "text") {
      keep(sessionStorage, keyOf(form), target.value);
    }
    if (form && target instanceof HTMLInputElement && target.name === "name") {
      keep(localStorage, NAME, target.value);
    }
  });
  section.querySelectorAll<HTMLFormElement>("form.comment-form").forEach(restore);
}

/** Puts back into a form what was typed into it before. */
export function restore(form: HTMLFormElement): void {
  const text = form.elements.namedItem("text");
  const name = form.elements.namedItem("name");
  if (text instanceof HTMLTextAreaElement && !text.value) text.value = kept(sessionStorage, keyOf(form));
  if (name instanceof HTMLInputElement && !name.value) name.value = kept(localStorage, NAME);
}

/** It is sent. */
export function forget(form: HTMLFormElement): void {
  keep(sessionStorage, keyOf(form), "");
}

function keyOf(form: HTMLFormElement): string {
  const parent = form.elements.namedItem("parent");
  const answered = parent instanceof HTMLInputElement ? parent.value : "";
  return `tribune-draft ${new URL(form.action).pathname} ${answered}`;
}

function keep(storage: Storage, key: string, value: string): void {
  try {
    if (value) storage.setItem(key, value);
    else storage.removeItem(key);
  } catch {
    // A browser that keeps nothing: one writes all the same.
  }
}

function kept(storage: Storage, key: string): string {
  try {
    return storage.getItem(key) ?? "";
  } catch {
    return "";
  }
}
