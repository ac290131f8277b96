// Something of another site, shown as a card that links to it. Nothing is loaded from there, here
// as little as on the reader's page.
import type { NodeSpec } from "prosemirror-model";
import { isAddress } from "../address.ts";
import { element } from "../dom.ts";
import { TITLE_CHARS_MAX } from "../limits.ts";
import { suggestible } from "../suggestion_marks.ts";
import { attribute, text } from "./attributes.ts";
import { BlockView, type BlockArguments } from "./block_view.ts";

export const embed: NodeSpec = {
  group: "block",
  draggable: true,
  attrs: { url: { validate: "string" }, title: text, provider: text, ...suggestible },
  toDOM: (node) => [
    "p",
    {
      "class": "embed",
      "data-title": node.attrs["title"],
      "data-provider": node.attrs["provider"],
    },
    ["a", { href: node.attrs["url"] }, node.attrs["title"] ?? node.attrs["url"]],
  ],
  parseDOM: [
    {
      tag: "p.embed",
      priority: 60,
      getAttrs: (dom) => {
        const url = dom.querySelector("a")?.getAttribute("href") ?? "";
        if (!isAddress(url, "embed")) return false;
        return {
          url,
          title: attribute(dom, "data-title"),
          provider: attribute(dom, "data-provider"),
        };
      },
    },
  ],
};

export class EmbedView extends BlockView {
  constructor(...given: BlockArguments) {
    super("embed", given);
    const { words } = this.page;
    this.addPreview(({ attrs }) => [
      element("span", { "class": "embed-title" }, String(attrs["title"] ?? attrs["url"])),
      element("span", { "class": "embed-provider" }, String(attrs["provider"] ?? "")),
    ]);
    this.addFields([
      { name: "title", label: words("title"), max: TITLE_CHARS_MAX },
      { name: "provider", label: words("provider"), max: TITLE_CHARS_MAX },
      { name: "url", label: words("address"), address: "embed", required: () => true },
    ]);
    this.addBar();
  }
}

/** Whose an address is, as far as its host tells. */
export function providerOf(url: string): string | null {
  const host = new URL(url).hostname.replace(/^(www|m)\./, "");
  return PROVIDERS[host] ?? null;
}

const PROVIDERS: Readonly<Record<string, string>> = {
  "youtube.com": "YouTube",
  "youtu.be": "YouTube",
  "vimeo.com": "Vimeo",
  "x.com": "X",
  "twitter.com": "X",
  "bsky.app": "Bluesky",
  "t.me": "Telegram",
  "instagram.com": "Instagram",
  "facebook.com": "Facebook",
  "tiktok.com": "TikTok",
  "soundcloud.com": "SoundCloud",
  "open.spotify.com": "Spotify",
};
