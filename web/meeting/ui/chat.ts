// What is written beside what is said.
import type { Conference } from "../conference.ts";
import { say } from "../config.ts";
import { partyOf, seatOf } from "../protocol.ts";
import { timeIn } from "../times.ts";
import { el, put } from "./dom.ts";

export class Chat {
  readonly root = el("section", { class: "chat", "aria-labelledby": "chat-title" });
  private readonly items = el("ol");
  private readonly lines = el("div", { class: "chat-lines", tabindex: 0, role: "log", "aria-label": say("chat") }, this.items);
  private readonly text = el("textarea", { rows: 2, maxlength: 4000, "aria-label": say("chat-write"), placeholder: say("chat-write") });
  private readonly kept = el("p", { class: "quiet-text" });
  private shown = 0;

  constructor(
    private readonly conference: Conference,
    private readonly language: string,
    private readonly onProblem: (error: unknown) => void,
  ) {
    const form = el("form", { onsubmit: (event) => void this.send(event) }, this.text, el("button", { type: "submit" }, say("chat-send")));
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) void this.send(event);
    });
    this.root.append(el("h2", { id: "chat-title" }, say("chat")), this.kept, this.lines, form);
  }

  render(): void {
    const { room, chat } = this.conference;
    if (!room) return;
    put(this.kept, say(room.profile === "closed" ? "chat-closed" : "chat-open"));
    const isAtEnd = this.lines.scrollHeight - this.lines.scrollTop - this.lines.clientHeight < 40;
    for (const line of chat.slice(this.shown)) {
      const seat = seatOf(room, line.from);
      const party = seat && partyOf(room, seat);
      const head = el("p", { class: "chat-head" }, el("strong", {}, line.name), el("span", {}, party?.name ?? ""), el("time", {}, timeIn(room.zone, line.at, this.language)));
      const item = el("li", {}, head, el("p", { dir: "auto" }, line.text));
      item.style.setProperty("--party", party?.colour ?? "#888");
      this.items.append(item);
    }
    if (chat.length > this.shown && isAtEnd) this.lines.scrollTop = this.lines.scrollHeight;
    this.shown = chat.length;
  }

  focus(): void {
    this.text.focus();
  }

  private async send(event: Event): Promise<void> {
    event.preventDefault();
    const text = this.text.value.trim();
    if (!text) return;
    this.text.value = "";
    try {
      await this.conference.say(text);
    } catch (error) {
      // What was not sent is not lost.
      this.text.value = text;
      this.onProblem(error);
    }
  }
}
