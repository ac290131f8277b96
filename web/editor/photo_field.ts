// The article's photo, which stands above the text.
import type * as Y from "yjs";
import { oneLine } from "./characters.ts";
import { button, element } from "./dom.ts";
import { icon } from "./icons.ts";
import { CAPTION_CHARS_MAX } from "./limits.ts";
import { thumbnail } from "./pickers.ts";
import type { Words } from "./words.ts";

interface LeadPhoto {
  photo: string;
  caption: string | null;
}

/** Shows `fields.photo` in `root`. Returns what ends it. */
export function photoField(
  root: HTMLElement,
  fields: Y.Map<unknown>,
  words: Words,
  readOnly: boolean,
  choose: () => Promise<string | null>,
): () => void {
  const image = element("img", { alt: "" });
  const caption = element("textarea", {
    "rows": 1,
    "aria-label": words("caption"),
    "placeholder": words("caption-photo"),
    "maxlength": CAPTION_CHARS_MAX,
    "readonly": readOnly,
  });
  const pick = async () => {
    const photo = await choose();
    if (photo !== null) set({ photo, caption: null });
  };
  const add = button({ "class": "editor-photo-add" }, () => void pick(), icon("photo"), words("photo-add"));
  const acts = element(
    "div",
    { "class": "editor-photo-acts" },
    button(
      { "class": "editor-icon-button", "aria-label": words("photo-change"), "title": words("photo-change") },
      () => void pick(),
      icon("photo"),
    ),
    button(
      { "class": "editor-icon-button", "aria-label": words("block-remove"), "title": words("block-remove") },
      () => {
        set(null);
        add.focus();
      },
      icon("remove"),
    ),
  );
  const figure = element("figure", { "class": "editor-lead" }, image, readOnly ? null : acts, caption);
  const parts = readOnly ? [figure] : [figure, add];

  const get = () => asPhoto(fields.get("photo"));
  const set = (photo: LeadPhoto | null) => fields.set("photo", photo);
  const show = () => {
    const photo = get();
    figure.hidden = photo === null;
    add.hidden = photo !== null;
    if (!photo) return;
    const address = thumbnail(photo.photo);
    if (image.getAttribute("src") !== address) image.src = address;
    if (document.activeElement !== caption) caption.value = photo.caption ?? "";
  };
  const observer = (event: Y.YMapEvent<unknown>) => {
    if (event.keysChanged.has("photo")) show();
  };
  caption.addEventListener("change", () => {
    const photo = get();
    const text = oneLine(caption.value);
    if (photo) set({ ...photo, caption: text === "" ? null : text });
  });
  caption.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  root.replaceChildren(...parts);
  fields.observe(observer);
  show();
  return () => {
    fields.unobserve(observer);
    root.replaceChildren();
  };
}

function asPhoto(value: unknown): LeadPhoto | null {
  const { photo, caption } = (value ?? {}) as Record<string, unknown>;
  if (typeof photo !== "string") return null;
  return { photo, caption: typeof caption === "string" ? caption : null };
}
