// One article while it is open: the shared document, its connection, and every part of the page
// that shows it. When the server refuses a change, a session ends and another begins.
import { type EditorState, Selection } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { sendPhoto } from "../newsroom/resumable.ts";
import { insertBlock } from "./block_commands.ts";
import { blockChoices } from "./blocks.ts";
import { openBody, setLanguage } from "./body.ts";
import { suggestAlike } from "./alike.ts";
import { lookWhereTheCaretIs } from "./caret.ts";
import { type Author, bylineField, relatedField } from "./byline_field.ts";
import type { Config } from "./config.ts";
import { Connection, type Stop } from "./connection.ts";
import { Counter, textOf } from "./count.ts";
import { announce } from "./dom.ts";
import { bindText, bindValue, type TextControl, type ValueControl } from "./fields.ts";
import { modifier, showShortcuts } from "./keys.ts";
import type { Page, Story } from "./nodes/block_view.ts";
import { keep, type Kept } from "./offline.ts";
import { photoField } from "./photo_field.ts";
import { noteMarks } from "./note_marks.ts";
import { Notes } from "./notes.ts";
import { askLink, choosePhoto, chooseStory, type PhotoPlaces, thumbnail } from "./pickers.ts";
import { showPresence } from "./presence.ts";
import { schema } from "./schema.ts";
import { Status, statusKey, wouldLose } from "./status.ts";
import { SuggestionList } from "./suggestion_list.ts";
import { setSuggesting } from "./suggestions.ts";
import { linkAt, setLink } from "./text_commands.ts";
import { Toolbar } from "./toolbar.ts";
import type { Words } from "./words.ts";

/** The elements of the page, by their data-editor. */
export type Parts = ReadonlyMap<string, HTMLElement>;

export interface SessionOptions {
  config: Config;
  words: Words;
  parts: Parts;
  status: Status | null;
  onStop: (stop: Stop, text: string) => void;
  onTold: (event: unknown) => void;
}

/** The fields that are texts in the shared document, in the order in which Enter goes through. */
const TEXTS = ["headline", "deck", "dateline"] as const;
/** The fields that are values of its map. */
const VALUES = ["kind", "section", "language", "slug"] as const;

export class Session {
  readonly #options: SessionOptions;
  readonly #doc = new Y.Doc();
  readonly #awareness = new Awareness(this.#doc);
  readonly #ends: (() => void)[] = [];
  #connection: Connection | null = null;
  #kept: Kept | null = null;
  #view: EditorView | null = null;
  #toolbar: Toolbar | null = null;
  #notes: Notes | null = null;
  #live = false;
  #gone = false;
  #ended = false;

  /** Reads this browser's copy, shows it, and connects. */
  static async open(options: SessionOptions): Promise<Session> {
    const session = new Session(options);
    await session.#start();
    return session;
  }

  private constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** The body's view; for tests and for what stands around the editor. */
  get view(): EditorView | null {
    return this.#view;
  }

  get connection(): Connection | null {
    return this.#connection;
  }

  /** Whether leaving the page now would lose work. */
  get wouldLose(): boolean {
    return this.#connection !== null && this.#kept !== null &&
      wouldLose(this.#connection, this.#kept);
  }

  /** Ends the session, and forgets this browser's copy if so wished. */
  async end(forget: boolean): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    // Others see at once that one has left.
    this.#awareness.setLocalState(null);
    this.#connection?.close();
    for (const end of this.#ends.reverse()) end();
    this.#view?.destroy();
    if (forget) await this.#kept?.clear();
    else this.#kept?.destroy();
    this.#awareness.destroy();
    this.#doc.destroy();
  }

  async #start(): Promise<void> {
    const { config } = this.#options;
    // Named by the person as well, since a browser may be shared.
    const name = `tribune:${config.user.id}:${config.article}`;
    this.#kept = await keep(name, this.#doc, () => this.#showStatus());
    this.#awareness.setLocalState({ user: config.user });
    this.#showFields();
    this.#showBody();
    this.#connect();
  }

  #connect(): void {
    const { config, onTold, status } = this.#options;
    const connection = new Connection({
      doc: this.#doc,
      awareness: this.#awareness,
      url: config.syncUrl,
      readOnly: config.canEdit.size === 0,
      onChange: () => this.#showStatus(),
      onArrival: () => this.#view && lookWhereTheCaretIs(this.#view),
      onTold: (event) => {
        if ((event as { kind?: unknown } | null)?.kind === "notes") void this.#notes?.refresh();
        onTold(event);
      },
      onStop: (stop) => {
        this.#gone = stop.kind === "gone";
        if (this.#gone) this.#view?.setProps({ editable: () => false });
        status?.stopped(stop);
        if (!this.#ended) this.#options.onStop(stop, this.#textOfAll());
      },
    });
    this.#connection = connection;
    const online = () => connection.retry();
    const offline = () => connection.interrupt();
    const seen = () => {
      if (document.visibilityState === "visible") connection.retry();
    };
    const leave = () => this.#awareness.setLocalState(null);
    const comeBack = (event: PageTransitionEvent) => {
      if (event.persisted) this.#awareness.setLocalState({ user: config.user });
    };
    addEventListener("pagehide", leave);
    addEventListener("pageshow", comeBack);
    addEventListener("online", online);
    addEventListener("offline", offline);
    document.addEventListener("visibilitychange", seen);
    this.#ends.push(() => {
      removeEventListener("pagehide", leave);
      removeEventListener("pageshow", comeBack);
      removeEventListener("online", online);
      removeEventListener("offline", offline);
      document.removeEventListener("visibilitychange", seen);
    });
    this.#showStatus();
  }

  #showStatus(): void {
    if (!this.#connection || !this.#kept) return;
    // While it was away, it was told of nothing.
    const live = this.#connection.state === "live";
    if (live && !this.#live) void this.#notes?.refresh();
    this.#live = live;
    // For what stands around the editor, and must wait until everything is kept.
    const status = this.#options.parts.get("status");
    status?.setAttribute("data-unsaved", String(this.#connection.unsaved));
    const key = statusKey(this.#connection, this.#kept);
    const onlyReads = key === "saved" && this.#options.config.canEdit.size === 0;
    this.#options.status?.show(onlyReads ? "read-only" : key);
  }

  #showFields(): void {
    const { config, parts, words } = this.#options;
    const can = (name: string) => config.canEdit.has(name);
    const fields = this.#doc.getMap<unknown>("fields");

    const texts = TEXTS.filter((name) => isText(parts.get(name)));
    texts.forEach((name, index) => {
      const control = parts.get(name) as TextControl;
      const next = texts[index + 1];
      const onEnter = () => {
        if (next !== undefined) (parts.get(next) as TextControl).focus();
        else this.#view?.focus();
      };
      const options = { readOnly: !can(name), language: () => this.#language(), onEnter };
      this.#ends.push(bindText(control, this.#doc.getText(name), options));
      this.#follow(control, name);
      control.spellcheck = true;
    });
    for (const name of VALUES) {
      const control = parts.get(name);
      if (!isValue(control)) continue;
      this.#ends.push(bindValue(control, fields, name, !can(name)));
    }
    const observer = (event: Y.YMapEvent<unknown>) => {
      if (event.keysChanged.has("language")) this.#showLanguage();
    };
    fields.observe(observer);
    this.#ends.push(() => fields.unobserve(observer));

    const byline = parts.get("byline");
    if (byline) {
      const field = bylineField(byline, this.#doc.getArray<Author>("byline"), words, !can("byline"));
      this.#ends.push(() => field.destroy());
    }
    const related = parts.get("related");
    if (related) {
      const stories = this.#doc.getArray<Story>("related");
      const field = relatedField(related, stories, words, !can("related"));
      this.#ends.push(() => field.destroy());
      if (can("related")) this.#ends.push(suggestAlike(related, stories, words));
    }
    const photo = parts.get("photo");
    if (photo) {
      const choose = () => choosePhoto(this.#photoPlaces(), words);
      this.#ends.push(photoField(photo, fields, words, !can("photo"), choose));
    }
  }

  #showBody(): void {
    const { config, parts, words } = this.#options;
    const root = parts.get("body");
    const presence = parts.get("presence");
    if (presence) this.#ends.push(showPresence(presence, this.#awareness, words));
    if (!root) return;
    const view = () => {
      if (!this.#view) throw new Error("the body is not open");
      return this.#view;
    };
    const page: Page = {
      words,
      thumbnail,
      choosePhoto: () => choosePhoto(this.#photoPlaces(), words),
      chooseStory: () => chooseStory(parts.get("related")?.dataset["searchUrl"] ?? null, words),
    };
    const mod = modifier(navigator.platform);
    const blocks = blockChoices(page, mod);
    const link = (state: EditorState, dispatch?: unknown) => {
      if (dispatch) void this.#askLink(state);
      return true;
    };
    const shortcuts = () => void showShortcuts(words, mod);

    const counts = parts.get("count");
    const counter = counts && new Counter(counts, words);
    const panel = parts.get("suggestions");
    const suggestions = panel && new SuggestionList(panel, words, () => this.#language(), view);
    const onChange = (state: EditorState) => {
      this.#toolbar?.show(state);
      counter?.show(state.doc, this.#language());
      suggestions?.show(state);
      this.#notes?.show(state);
    };
    this.#ends.push(() => {
      counter?.destroy();
      suggestions?.destroy();
      this.#notes?.destroy();
    });
    const margin = parts.get("notes");
    if (margin && config.notesUrl !== null) {
      this.#notes = new Notes(margin, {
        url: config.notesUrl,
        epoch: config.epoch,
        user: config.user.id,
        words,
        language: () => this.#language(),
        mayPlace: config.canEdit.has("body"),
        view,
      });
    }
    const notes = this.#notes;

    const body = document.createElement("div");
    root.replaceChildren(body);
    this.#view = openBody(body, {
      fragment: this.#doc.getXmlFragment("body"),
      awareness: this.#awareness,
      page,
      blocks,
      author: config.user,
      editable: () => config.canEdit.has("body"),
      language: () => this.#language(),
      elsewhere: {
        link,
        toToolbar: () => {
          this.#toolbar?.focus();
          return this.#toolbar !== null;
        },
        showShortcuts: () => {
          shortcuts();
          return true;
        },
      },
      onFiles: (_view, files, at) => void this.#upload(files, at),
      onChange,
      others: notes
        ? [noteMarks({
          onChoose: (id) => notes.choose(id),
          onMoved: (id, places) => notes.moved(id, places),
        })]
        : [],
    });
    notes?.start();
    this.#ends.push(() => root.replaceChildren());

    const tools = parts.get("toolbar");
    if (tools) tools.hidden = !config.canEdit.has("body");
    if (tools && config.canEdit.has("body")) {
      const toolbar = new Toolbar(tools, view, {
        words,
        mod,
        blocks,
        link,
        shortcuts,
        note: notes && (() => notes.add()),
        suggest: (on) => {
          setSuggesting(view(), on);
          remember(config.user.id, on);
          view().focus();
        },
      });
      this.#toolbar = toolbar;
      this.#ends.push(() => toolbar.destroy());
      setSuggesting(this.#view, remembered(config.user.id));
    }
    this.#showLanguage();
    onChange(this.#view.state);
  }

  async #askLink(state: EditorState): Promise<void> {
    const view = this.#view;
    const href = await askLink(linkAt(state)?.href ?? "", this.#options.words);
    if (!view || view !== this.#view) return;
    if (href !== null) setLink(href)(view.state, view.dispatch);
    view.focus();
  }

  /** Files that were dropped or pasted become photos where they fell. */
  async #upload(files: readonly File[], at: number): Promise<void> {
    const { words } = this.#options;
    const url = this.#photoPlaces().upload;
    for (const file of files) {
      announce(words("photo-uploading", { name: file.name }));
      try {
        if (url === null) throw new Error("");
        const id = await sendPhoto(file, { place: url });
        const view = this.#view;
        if (!view) return;
        const { doc } = view.state;
        const near = Selection.near(doc.resolve(Math.min(at, doc.content.size)));
        view.dispatch(insertBlock(view.state.tr.setSelection(near), schema.nodes.photo.create({ id })));
      } catch (error) {
        const said = error instanceof Error ? error.message : "";
        announce(`${words("photo-upload-failed", { name: file.name })} ${said}`.trim());
      }
    }
  }

  #photoPlaces(): PhotoPlaces {
    const photo = this.#options.parts.get("photo");
    return {
      search: photo?.dataset["searchUrl"] ?? null,
      upload: photo?.dataset["uploadUrl"] ?? null,
    };
  }

  #language(): string {
    const language = this.#doc.getMap("fields").get("language");
    return typeof language === "string" && language !== "" ? language : this.#options.config.language;
  }

  #showLanguage(): void {
    const language = this.#language();
    for (const name of TEXTS) this.#options.parts.get(name)?.setAttribute("lang", language);
    if (this.#view) setLanguage(this.#view, language);
  }

  /** Tells others when one is in a field besides the body. */
  #follow(control: HTMLElement, name: string): void {
    const enter = () => this.#awareness.setLocalStateField("field", name);
    const leave = () => this.#awareness.setLocalStateField("field", null);
    control.addEventListener("focus", enter);
    control.addEventListener("blur", leave);
    this.#ends.push(() => {
      control.removeEventListener("focus", enter);
      control.removeEventListener("blur", leave);
    });
  }

  /** All that was written, for whoever loses the document it was in. */
  #textOfAll(): string {
    const texts = TEXTS.map((name) => this.#doc.getText(name).toString());
    const body = this.#view ? textOf(this.#view.state.doc) : "";
    return [...texts, body].filter((text) => text !== "").join("\n\n");
  }
}

function isText(control: HTMLElement | undefined): control is TextControl {
  return control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement;
}

function isValue(control: HTMLElement | undefined): control is ValueControl {
  return control instanceof HTMLInputElement || control instanceof HTMLSelectElement;
}

/** Whether somebody suggests or writes is remembered in this browser. */
function remember(user: string, on: boolean): void {
  try {
    localStorage.setItem(`tribune:suggesting:${user}`, String(on));
  } catch {
    // Storage is forbidden. The switch then stands as it does until the page is left.
  }
}

function remembered(user: string): boolean {
  try {
    return localStorage.getItem(`tribune:suggesting:${user}`) === "true";
  } catch {
    return false;
  }
}
