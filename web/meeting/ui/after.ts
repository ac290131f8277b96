// When one is no longer in: what happened, what can be done, and each party's own words about it.
import type { Conference, Gone } from "../conference.ts";
import { say } from "../config.ts";
import { partyOf, type Room } from "../protocol.ts";
import { cityOf, clock, timeIn } from "../times.ts";
import { askingTwice, el, put, show } from "./dom.ts";

const KEEP_MS = 2_000;

export class After {
  readonly root = el("div", { class: "after" });
  private readonly title = el("h1", { tabindex: -1 });
  private readonly text = el("p");
  private readonly again = el("button", { type: "button", class: "main", onclick: () => location.reload() });
  private readonly form: HTMLFormElement;
  private readonly formTitle = el("h2", { id: "readout-title" }, say("readout"));
  private readonly of = el("p", { class: "quiet-text" });
  private readonly headline = el("input", { id: "readout-headline", maxlength: 200 });
  private readonly body = el("textarea", { id: "readout-body", rows: 12, maxlength: 20_000 });
  private readonly state = el("p", { class: "quiet-text", role: "status" });
  private readonly problem = el("p", { class: "problem", role: "alert", hidden: true });
  private isRead = false;
  private isReleased = false;
  private keeping: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly conference: Conference) {
    const release = askingTwice(el("button", { type: "button", class: "main" }, say("readout-release")), say("readout-sure"), () => void this.save(true));
    this.form = el(
      "form",
      { class: "readout", "aria-labelledby": "readout-title", hidden: true, onsubmit: (event) => this.submit(event), oninput: () => this.later() },
      this.formTitle,
      this.of,
      el("p", {}, el("label", { for: "readout-headline" }, say("readout-headline")), this.headline),
      el("p", {}, el("label", { for: "readout-body" }, say("readout-body")), this.body),
      el("p", { class: "acts" }, el("button", { type: "submit" }, say("readout-save")), release),
      this.state,
      this.problem,
    );
    this.root.append(this.title, this.text, this.again, this.form);
  }

  render(stage: Gone, room: Room | null, language: string): void {
    put(this.title, say(`stage-${stage}`));
    const isEnded = stage === "ended" && room !== null;
    put(this.text, isEnded ? this.ended(room, language) : stage === "refused" ? this.conference.reason : say(`stage-${stage}-text`));
    put(this.again, say(stage === "displaced" ? "use-here" : "come-in-again"));
    show(this.again, stage === "left" || stage === "displaced");
    const own = this.conference.own;
    const party = room && own && partyOf(room, own);
    show(this.form, isEnded && own?.chair === true);
    if (!isEnded || !own?.chair || !party) return;
    put(this.of, say("readout-of", { party: party.name }));
    if (!this.isRead) void this.read();
  }

  private ended(room: Room, language: string): string {
    const { began_at, ended_at, zone } = room;
    if (began_at === null || ended_at === null) return say("stage-ended-text");
    const blanks = { from: timeIn(zone, began_at, language), to: timeIn(zone, ended_at, language), city: cityOf(zone), length: clock(ended_at - began_at) };
    return say("ended-times", blanks);
  }

  private async read(): Promise<void> {
    this.isRead = true;
    try {
      const { headline, body, released_at } = await this.conference.readReadout();
      if (!this.headline.value && !this.body.value) [this.headline.value, this.body.value] = [headline, body];
      this.isReleased = released_at !== null;
      put(this.state, say(this.isReleased ? "readout-is-released" : headline || body ? "readout-saved" : "readout-none"));
    } catch (error) {
      this.complain(error);
    }
  }

  /** A draft is kept while one writes; what readers may see changes only when one says so. */
  private later(): void {
    clearTimeout(this.keeping);
    if (!this.isReleased) this.keeping = setTimeout(() => void this.save(false), KEEP_MS);
  }

  private submit(event: Event): void {
    event.preventDefault();
    void this.save(this.isReleased);
  }

  private async save(release: boolean): Promise<void> {
    clearTimeout(this.keeping);
    const [headline, body] = [this.headline.value.trim(), this.body.value.trim()];
    if (release && (!headline || !body)) return this.complain(new Error(say("readout-empty")));
    show(this.problem, false);
    put(this.state, say("readout-saving"));
    try {
      await this.conference.insist({ readout: { headline, body, release } });
      this.isReleased = release;
      put(this.state, say(release ? "readout-is-released" : "readout-saved"));
    } catch (error) {
      put(this.state, "");
      this.complain(error);
    }
  }

  private complain(error: unknown): void {
    put(this.problem, error instanceof Error ? error.message : String(error));
    show(this.problem, true);
  }
}
