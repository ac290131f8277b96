// Asking for a photo, a story or an address.
import { sendPhoto } from "../newsroom/resumable.ts";
import { isAddress, tidied } from "./address.ts";
import { ask, askLine } from "./dialog.ts";
import { button, element } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Story } from "./nodes/block_view.ts";
import { searchAt, Typeahead } from "./typeahead.ts";
import type { Words } from "./words.ts";

export interface PhotoPlaces {
  /** Finds photos by `?q=`. */
  search: string | null;
  /** Where uploads are begun; see `../newsroom/resumable.ts`. */
  upload: string | null;
}

export function thumbnail(id: string): string {
  return `/newsroom/photos/${encodeURIComponent(id)}/thumbnail`;
}

/** Asks for a photo; its id, or `null`. */
export function choosePhoto(places: PhotoPlaces, words: Words): Promise<string | null> {
  return ask<string>(words("photo-choose"), words, (answer) => {
    const parts: HTMLElement[] = [];
    if (places.search !== null) {
      const search = searchAt(places.search);
      const typeahead = new Typeahead({
        label: words("photo-choose"),
        words,
        pictures: true,
        search: async (query, signal) => {
          const found = await search(query, signal);
          return found.map((choice) => ({ ...choice, image: choice.image ?? thumbnail(choice.id) }));
        },
        choose: (choice) => answer(choice.id),
      });
      parts.push(typeahead.dom);
    }
    if (places.upload !== null) parts.push(uploader(places.upload, words, answer));
    return parts;
  }, true);
}

/** Asks for a story; one that is not found can be named by its title alone. */
export function chooseStory(url: string | null, words: Words): Promise<Story | null> {
  return ask<Story>(words("story-choose"), words, (answer) => {
    const typeahead = new Typeahead({
      label: words("story-choose"),
      words,
      search: url === null ? () => Promise.resolve([]) : searchAt(url),
      free: (typed) => storyTyped(typed, words),
      choose: (choice) => answer(storyOf(choice)),
    });
    typeahead.dom.classList.add("editor-typeahead-open");
    return [typeahead.dom];
  }, true);
}

/** A story that is only known by what was typed: an address, or a title. */
export function storyTyped(typed: string, words: Words): { id: string; label: string; address?: string } | null {
  if (typed === "") return null;
  if (isAddress(typed, "story")) return { id: "", label: typed, address: typed };
  return { id: `title:${typed}`, label: words("story-free", { text: typed }) };
}

/** The story that was chosen, as a body and the list of related stories name it. */
export function storyOf({ id, label, address }: { id: string; label: string; address?: string }): Story {
  if (id.startsWith("title:")) return { title: id.slice("title:".length) };
  const story: Story = {};
  if (id !== "") {
    story.article = id;
    story.title = label;
  }
  if (address !== undefined && isAddress(address, "story")) story.address = address;
  return story;
}

/** Asks where a link goes; "" takes it away, `null` leaves all as it is. */
export function askLink(value: string, words: Words): Promise<string | null> {
  const given = { value, label: words("link-address"), action: words("link-apply") };
  const removable = value === "" ? given : { ...given, remove: words("link-remove") };
  return askLine(words("link"), words, removable, (typed) => {
    const address = typed.trim() === "" ? "" : tidied(typed, "link");
    return address === null ? { problem: words("address-wrong") } : { value: address };
  });
}

export function askEmbed(words: Words): Promise<string | null> {
  const given = { value: "", label: words("embed-address"), action: words("insert") };
  return askLine(words("embed"), words, given, (typed) => {
    const address = tidied(typed, "embed");
    return address === null ? { problem: words("embed-wrong") } : { value: address };
  });
}

function uploader(url: string, words: Words, answer: (id: string) => void): HTMLElement {
  const status = element("p", { "class": "editor-choices-status", "role": "status" });
  const input = element("input", { "type": "file", "accept": "image/*", "hidden": true });
  input.addEventListener("change", async () => {
    const file = input.files?.[0];
    if (!file) return;
    status.textContent = words("photo-uploading", { name: file.name });
    try {
      answer(await sendPhoto(file, { place: url }));
    } catch (error) {
      const said = error instanceof Error ? error.message : "";
      status.textContent = `${words("photo-upload-failed", { name: file.name })} ${said}`.trim();
    }
  });
  const open = button(
    { "class": "editor-quiet-button" },
    () => input.click(),
    icon("up"),
    words("photo-upload"),
  );
  return element("div", { "class": "editor-upload" }, open, input, status);
}
