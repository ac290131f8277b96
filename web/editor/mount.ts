// Builds the editor into a page. The page says what it is about in #editor-config, and marks the
// elements that are to be filled with data-editor.
import { type Config, readConfig } from "./config.ts";
import type { Stop } from "./connection.ts";
import { type Parts, Session } from "./session.ts";
import { Status } from "./status.ts";
import { words as wordsOf } from "./words.ts";

export interface Editor {
  readonly config: Config;
  /** The session that is open, once this browser's copy has been read. */
  readonly session: Session | null;
  /** Takes the editor off the page. */
  unmount(): Promise<void>;
}

/**
 * Mounts the editor into `root`. What the server tells (`{"kind": "state"}` and such) is
 * dispatched on `root` as the event `editor-told`, with the server's JSON as its `detail`.
 */
export function mount(root: HTMLElement): Editor {
  const config = readConfig(root.ownerDocument);
  const words = wordsOf(config.words);
  const parts: Parts = new Map(
    [...root.querySelectorAll<HTMLElement>("[data-editor]")].map((part) => [part.dataset["editor"] ?? "", part]),
  );
  const statusPart = parts.get("status");
  const status = statusPart ? new Status(statusPart, words) : null;
  let session: Session | null = null;
  let left = false;

  const open = async () => {
    session = await Session.open({
      config,
      words,
      parts,
      status,
      onTold: (event) => root.dispatchEvent(new CustomEvent("editor-told", { detail: event, bubbles: true })),
      onStop: (stop, text) => void onStop(stop, text),
    });
    if (left) await session.end(false);
  };
  const onStop = async (stop: Stop, text: string) => {
    if (stop.kind !== "refused") return;
    // What the server did not take is in this document for good, so another is begun.
    const refused = session;
    session = null;
    await refused?.end(true);
    status?.refused(stop.sentence, text);
    await open();
  };
  const onUnload = (event: BeforeUnloadEvent) => {
    if (session?.wouldLose) event.preventDefault();
  };
  addEventListener("beforeunload", onUnload);
  void open();

  return {
    config,
    get session() {
      return session;
    },
    async unmount() {
      left = true;
      removeEventListener("beforeunload", onUnload);
      await session?.end(false);
    },
  };
}
