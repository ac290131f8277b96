// What the page tells the editor, in <script type="application/json" id="editor-config">.
import { colorFor, type User } from "./presence.ts";

export interface Config {
  /** The article's id. */
  article: string;
  /** Where the article is shared: an address of this site, or a ws: or wss: one. */
  syncUrl: string;
  /** The shared document that the page shows. */
  epoch: string;
  /** Where the notes beside the article are, if there are any. */
  notesUrl: string | null;
  user: User;
  /** The language of the article until the shared document says another. */
  language: string;
  /** The fields that this person may change: "body", "headline", "kind" and so on. */
  canEdit: ReadonlySet<string>;
  /** The visible words, by the keys of words.ts. */
  words: Readonly<Record<string, string>>;
}

/** @throws with a sentence when the page does not say what is needed. */
export function readConfig(root: ParentNode): Config {
  const script = root.querySelector("#editor-config");
  if (!script) throw new Error("The page has no #editor-config.");
  const json = JSON.parse(script.textContent ?? "") as Record<string, unknown>;
  const user = (json["user"] ?? {}) as Record<string, unknown>;
  const id = text(user["id"], "user.id");
  return {
    article: text(json["article"], "article"),
    syncUrl: socketAddress(text(json["syncUrl"], "syncUrl")),
    epoch: typeof json["epoch"] === "string" ? json["epoch"] : "",
    notesUrl: typeof json["notesUrl"] === "string" ? json["notesUrl"] : null,
    user: { id, name: text(user["name"], "user.name"), color: colorFor(id, user["color"]) },
    language: typeof json["language"] === "string" ? json["language"] : "en",
    canEdit: new Set(Array.isArray(json["canEdit"]) ? json["canEdit"].map(String) : []),
    words: (json["words"] ?? {}) as Record<string, string>,
  };
}

function text(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new Error(`The page's #editor-config lacks ${name}.`);
}

function socketAddress(address: string): string {
  const url = new URL(address, document.baseURI);
  url.protocol = url.protocol.replace(/^http/, "ws");
  return url.href;
}
