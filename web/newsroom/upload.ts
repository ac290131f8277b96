import { FileRefused, sendPhoto } from "./resumable.ts";

/** So many files are sent at once; the server decodes few at a time. */
const AT_ONCE = 2;

/**
 * The photo desk's form for many files, chosen or dropped: each has its progress, its end and its own
 * buttons. Without this script the same form sends them all.
 */
export function uploadPhotos(): void {
  const form = document.querySelector<HTMLFormElement>("[data-upload]");
  const input = form?.querySelector<HTMLInputElement>("input[type=file]");
  const list = form?.querySelector<HTMLUListElement>("[data-uploads]");
  if (!form || !input || !list) return;
  const words = form.dataset;
  const waiting: Row[] = [];
  let sending = 0;

  const next = () => {
    while (sending < AT_ONCE) {
      const row = waiting.shift();
      if (!row) return;
      sending += 1;
      void row.send().finally(() => {
        sending -= 1;
        next();
      });
    }
  };
  const add = (files: Iterable<File>) => {
    for (const file of files) {
      const row = new Row(file, words, (again) => {
        waiting.push(again);
        next();
      });
      list.append(row.dom);
      waiting.push(row);
    }
    next();
  };

  form.dataset["live"] = "";
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("change", () => {
    add([...(input.files ?? [])]);
    input.value = "";
  });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"] as const) {
    document.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      // Dropped beside the form, a file would take the place of the page, with all that is on its way.
      event.preventDefault();
      form.toggleAttribute("data-over", kind === "dragenter" || kind === "dragover");
      if (kind === "drop") add(event.dataTransfer.files);
    });
  }
  addEventListener("beforeunload", (event) => {
    if (sending > 0) event.preventDefault();
  });
}

/** One file in the list. */
class Row {
  readonly dom = document.createElement("li");
  #file: File;
  #words: DOMStringMap;
  #bar = document.createElement("progress");
  #said = document.createElement("span");
  #cancel: HTMLButtonElement;
  #retry: HTMLButtonElement;
  #stop = new AbortController();

  constructor(file: File, words: DOMStringMap, again: (row: Row) => void) {
    this.#file = file;
    this.#words = words;
    const name = document.createElement("span");
    name.className = "upload-name";
    name.textContent = file.name;
    this.#bar.max = 1;
    this.#bar.value = 0;
    this.#bar.setAttribute("aria-label", file.name);
    this.#said.className = "upload-said";
    this.#cancel = this.#button("cancel", () => this.#stop.abort());
    this.#retry = this.#button("retry", () => {
      this.#stop = new AbortController();
      this.#show("queued");
      again(this);
    });
    this.dom.append(name, this.#bar, this.#said, this.#cancel, this.#retry);
    this.#show("queued");
  }

  async send(): Promise<void> {
    if (this.#stop.signal.aborted) return this.#show("cancelled");
    this.#show("sending");
    try {
      const id = await sendPhoto(this.#file, {
        signal: this.#stop.signal,
        progress: (part) => {
          this.#bar.value = part;
        },
        waiting: (waits) => this.#show(waits ? "away" : "sending"),
      });
      this.#show("done");
      const link = document.createElement("a");
      link.href = `/newsroom/photos/${id}`;
      link.textContent = this.#words["wordDone"] ?? "";
      const image = document.createElement("img");
      image.src = `${link.href}/thumbnail`;
      image.alt = "";
      this.dom.prepend(image);
      this.#said.replaceChildren(link);
    } catch (error) {
      if (this.#stop.signal.aborted) return this.#show("cancelled");
      this.#show("refused");
      this.#said.textContent = error instanceof FileRefused ? error.message : String(error);
    }
  }

  #show(state: "queued" | "sending" | "away" | "done" | "refused" | "cancelled"): void {
    this.dom.dataset["state"] = state;
    const runs = state === "queued" || state === "sending" || state === "away";
    this.#bar.hidden = !runs;
    this.#cancel.hidden = !runs;
    this.#retry.hidden = state !== "refused" && state !== "cancelled";
    const words: Partial<Record<typeof state, string>> = {
      away: this.#words["wordAway"] ?? "",
      cancelled: this.#words["wordCancelled"] ?? "",
    };
    this.#said.textContent = words[state] ?? "";
  }

  #button(word: "cancel" | "retry", act: () => void): HTMLButtonElement {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "plain";
    made.textContent = this.#words[word === "cancel" ? "wordCancel" : "wordRetry"] ?? "";
    made.setAttribute("aria-label", `${made.textContent}: ${this.#file.name}`);
    made.addEventListener("click", act);
    return made;
  }
}
