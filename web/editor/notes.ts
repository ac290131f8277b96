// Notes beside the article: threads about some words of it, which the server keeps apart from the
// shared document, so that nobody can speak for another.
import { type EditorState, TextSelection } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { announce } from "./dom.ts";
import { NoteBox, keep, kept } from "./note_box.ts";
import { NoteList } from "./note_list.ts";
import { type Marked, noteAt, ranges, setCurrent, setNotes } from "./note_marks.ts";
import { type Note, read, tell } from "./note_messages.ts";
import { type Places, placesOf, quoteOf, wanted } from "./note_places.ts";
import { nodeName } from "./node_names.ts";
import type { Words } from "./words.ts";

export interface NotesOptions {
  /** Where the notes of this article are. */
  url: string;
  /** The shared document that the page shows. */
  epoch: string;
  user: string;
  words: Words;
  language: () => string;
  /** Whether who is here may change the words, and so say where they went. */
  mayPlace: boolean;
  view: () => EditorView;
}

/** A note that has yet to be written. */
interface New extends Places {
  epoch: string;
  quote: string;
}

/** The id of the words of a note that has yet to be written. */
const NEW = "new";
/** How long moves are gathered before the server is told. */
const GATHER = 700;

export class Notes {
  readonly #options: NotesOptions;
  readonly #list: NoteList;
  #notes: readonly Note[] = [];
  #new: New | null = null;
  #box: NoteBox | null = null;
  /** Places that the server has yet to be told. */
  readonly #moved = new Map<string, Places>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reading = false;
  #again = false;
  #shownOrder = "";
  #ended = false;
  #linked = /^#note-(.+)$/.exec(location.hash)?.[1] ?? null;

  constructor(root: HTMLElement, options: NotesOptions) {
    this.#options = options;
    const { url } = options;
    this.#list = new NoteList(root, {
      words: options.words,
      language: options.language,
      people: `${url}/people`,
      key: (note) => this.#key(note),
      add: () => this.add(),
      reveal: (note) => this.#reveal(note),
      answer: (note, text) => this.#tell(`/${note}/answer`, { text }),
      resolve: (note) => this.#tell(`/${note}/resolve`, {}),
      reopen: (note) => this.#tell(`/${note}/reopen`, {}),
      // Seen once more is seen all the same.
      seen: (note) => void this.#tell(`/${note}/seen`, {}).catch(() => {}),
      leave: () => options.view().focus(),
    });
    document.addEventListener("keydown", this.#onKey);
  }

  /** Takes up the note that was being written when the page was left. */
  start(): void {
    const { start, end, quote, epoch } = kept(this.#key(`${NEW}-words`));
    if ([start, end, quote, epoch].every((it) => typeof it === "string")) {
      this.#new = { start, end, quote, epoch } as New;
      this.#compose();
    }
  }

  destroy(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    document.removeEventListener("keydown", this.#onKey);
    this.#list.destroy();
  }

  /** Asks the server what there is. Until it answers, what is shown stays. */
  async refresh(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    do {
      this.#again = false;
      try {
        this.#take(await read(this.#options.url));
      } catch {
        // The connection says that it is offline, and asks once more when it is not.
      }
    } while (this.#again && !this.#ended);
    this.#reading = false;
    if (this.#moved.size > 0) this.#tellSoon();
  }

  /** The body has changed, or where one is in it. */
  show(state: EditorState): void {
    const order = this.#order(state).join(" ");
    if (order !== this.#shownOrder) this.#render(state);
    const current = state.selection.empty ? noteAt(state, state.selection.head) : null;
    // Dispatched from within a change, it would be drawn before that one.
    queueMicrotask(() => {
      if (!this.#ended && current !== NEW) this.#choose(current, false);
    });
  }

  /** The words of a note were clicked. */
  choose(id: string): void {
    if (id !== NEW) this.#choose(id, true);
  }

  /** The words of a note are elsewhere since a change of this browser. */
  moved(id: string, places: Places): void {
    if (id === NEW) {
      if (this.#new) this.#remember({ ...this.#new, ...places, epoch: this.#options.epoch });
    } else if (this.#options.mayPlace) {
      this.#moved.set(id, places);
      this.#tellSoon();
    } else return;
    // What the body is shown by is what was found now.
    queueMicrotask(() => this.#mark());
  }

  /** Begins a note about what is selected; in the words of one, goes to it. */
  add(): void {
    const { words, view, epoch } = this.#options;
    const { state } = view();
    const there = state.selection.empty ? noteAt(state, state.selection.head) : null;
    if (there !== null && there !== NEW) {
      this.#choose(there, true);
      this.#list.focus(there);
      return;
    }
    // What is being written is finished or discarded first.
    if (this.#new && this.#box && !this.#box.isEmpty) {
      this.#box.focus();
      return;
    }
    const range = wanted(state);
    const places = range && placesOf(state, range);
    if (!places) {
      this.#list.say(words("note-select"));
      return;
    }
    this.#list.say("");
    const quote = quoteOf(state.doc, range, (node) => nodeName(node.type.name, words));
    this.#remember({ ...places, quote, epoch });
    this.#compose();
    this.#mark();
  }

  #compose(): void {
    const { url, words } = this.#options;
    const begun = this.#new;
    if (!begun) return;
    const end = () => {
      this.#remember(null);
      this.#box = null;
      this.#list.compose(null, null);
      this.#mark();
    };
    this.#box = new NoteBox({
      words,
      label: words("note-write-label"),
      action: words("note-write"),
      people: `${url}/people`,
      key: this.#key(NEW),
      send: async (text) => {
        await this.#tell("", { ...(this.#new ?? begun), text });
        announce(words("note-written"));
        end();
        this.#options.view().focus();
      },
      cancel: end,
      leave: () => this.#options.view().focus(),
    });
    this.#list.compose(begun.quote, this.#box);
  }

  #remember(begun: New | null): void {
    this.#new = begun;
    keep(this.#key(`${NEW}-words`), begun);
  }

  async #tell(path: string, what: unknown): Promise<void> {
    this.#take(await tell(`${this.#options.url}${path}`, what, this.#options.words));
  }

  #take(notes: readonly Note[]): void {
    if (this.#ended) return;
    this.#notes = notes;
    this.#mark();
    this.#render(this.#options.view().state);
    const linked = this.#linked !== null && notes.find(({ id }) => id === this.#linked);
    if (!linked) return;
    this.#linked = null;
    this.#reveal(linked.id);
  }

  /** Has the body show the words of every note. */
  #mark(): void {
    if (this.#ended) return;
    const { epoch, view } = this.#options;
    const marked: Marked[] = this.#notes.map((note) => {
      const moved = this.#moved.get(note.id);
      const { start, end } = moved ?? note;
      const here = moved !== undefined || note.epoch === epoch;
      return { id: note.id, quote: note.quote, open: note.resolved === null, start, end, here };
    });
    const begun = this.#new;
    if (begun) marked.push({ ...begun, id: NEW, open: true, here: begun.epoch === epoch });
    setNotes(view(), marked);
  }

  #render(state: EditorState): void {
    const order = this.#order(state);
    this.#shownOrder = order.join(" ");
    this.#list.show(this.#notes, order);
  }

  #order(state: EditorState): string[] {
    const places = [...ranges(state)].filter(([id]) => id !== NEW);
    return places.sort(([, a], [, b]) => a.from - b.from || a.to - b.to).map(([id]) => id);
  }

  #choose(id: string | null, scroll: boolean): void {
    const { view } = this.#options;
    setCurrent(view(), id);
    if (scroll || id !== this.#current) this.#list.current(id);
    this.#current = id;
  }

  #current: string | null = null;

  /** Selects the words of a note, and scrolls to them. */
  #reveal(id: string): void {
    const view = this.#options.view();
    const range = ranges(view.state).get(id);
    this.#choose(id, true);
    if (!range) return;
    const { doc } = view.state;
    const selection = TextSelection.between(doc.resolve(range.from), doc.resolve(range.to));
    view.dispatch(view.state.tr.setSelection(selection).scrollIntoView());
    view.focus();
    this.#choose(id, true);
  }

  #tellSoon(): void {
    clearTimeout(this.#timer);
    // Several browsers may have found the same words again; the first one tells.
    this.#timer = setTimeout(() => void this.#tellMoves(), GATHER * (1 + Math.random()));
  }

  async #tellMoves(): Promise<void> {
    const { epoch } = this.#options;
    for (const [id, places] of [...this.#moved]) {
      const note = this.#notes.find((one) => one.id === id);
      const known = note?.epoch === epoch && note.start === places.start && note.end === places.end;
      try {
        if (note && !known) await tell(`${this.#options.url}/${id}/place`, { ...places, epoch }, this.#options.words);
      } catch {
        // Told again with the next change, or when the connection is back.
        return;
      }
      if (this.#moved.get(id) === places) this.#moved.delete(id);
    }
    await this.refresh();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const mod = /Mac|iPhone|iPad/.test(navigator.platform) ? event.metaKey : event.ctrlKey;
    // With AltGr, the same keys write a letter.
    if (!mod || !event.altKey || event.code !== "KeyM" || event.getModifierState("AltGraph")) return;
    event.preventDefault();
    this.add();
  };

  #key(name: string): string {
    return `tribune:note:${this.#options.user}:${this.#options.url}:${name}`;
  }
}
