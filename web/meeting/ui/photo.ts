// The official photo: a still of all who are seen, that every party's chair approves before it leaves
// the meeting.
import type { Bytes } from "../bytes.ts";
import type { Conference } from "../conference.ts";
import { say } from "../config.ts";
import { partyOf, type Room, type Seat } from "../protocol.ts";
import { dayIn } from "../times.ts";
import { askingTwice, el, put, show } from "./dom.ts";

const WIDTH = 1920;
const HEIGHT = 1080;
const GAP = 12;

export class Photo {
  readonly root = el("dialog", { class: "photo", "aria-labelledby": "photo-title" });
  private readonly canvas = el("canvas", { role: "img", "aria-label": say("photo-picture") });
  private readonly state = el("p", { role: "status" });
  private readonly parties = el("ul");
  private readonly problem = el("p", { class: "problem", role: "alert", hidden: true });
  private readonly judge: HTMLElement;
  private readonly release: HTMLFormElement;
  private readonly caption = el("textarea", { id: "photo-caption", rows: 2, maxlength: 1000, required: true });
  private readonly credit = el("input", { id: "photo-credit", maxlength: 200, required: true });
  private shown = "";
  /** A proposal that was looked at and put aside is not thrust on anybody again. */
  private aside = "";

  constructor(
    private readonly conference: Conference,
    private readonly pictures: (room: Room) => { video: HTMLVideoElement; seat: Seat }[],
    private readonly language: string,
  ) {
    const act = (verb: "approve" | "decline") => () => {
      const proposal = this.conference.room?.photo?.id;
      if (proposal) this.doing(this.conference.insist(verb === "approve" ? { approve: { proposal } } : { decline: { proposal } }));
    };
    this.judge = el(
      "p",
      { class: "acts" },
      el("button", { type: "button", class: "main", onclick: act("approve") }, say("approve")),
      el("button", { type: "button", onclick: act("decline") }, say("decline")),
    );
    const button = askingTwice(el("button", { type: "button", class: "main" }, say("release")), say("release-sure"), () => {
      if (this.release.reportValidity()) this.doing(this.conference.release(this.caption.value.trim(), this.credit.value.trim()));
    });
    this.release = el(
      "form",
      { onsubmit: (event) => event.preventDefault() },
      el("p", {}, el("label", { for: "photo-caption" }, say("caption")), this.caption),
      el("p", {}, el("label", { for: "photo-credit" }, say("credit")), this.credit),
      el("p", {}, button),
    );
    const close = el("button", { type: "button", class: "quiet", onclick: () => this.root.close() }, say("close"));
    this.root.append(el("h2", { id: "photo-title", tabindex: -1 }, say("photo")), this.canvas, this.state, this.parties, this.judge, this.release, this.problem, close);
    this.root.addEventListener("close", () => (this.aside = this.conference.room?.photo?.id ?? ""));
  }

  /** Takes the still, and proposes it. */
  async take(): Promise<void> {
    const { room } = this.conference;
    if (!room) return;
    const pictures = this.pictures(room);
    this.aside = "";
    this.open();
    if (pictures.length === 0) return this.complain(new Error(say("photo-nobody")));
    await this.doing(compose(pictures.map(({ video }) => video)).then((jpeg) => this.conference.propose(jpeg)));
  }

  open(): void {
    if (!this.root.open) this.root.showModal();
  }

  render(room: Room): void {
    const { photo } = room;
    const { still, own } = this.conference;
    if (photo && photo.id !== this.shown) {
      this.shown = photo.id;
      this.canvas.width = this.canvas.width;
      delete this.canvas.dataset["drawn"];
      show(this.problem, false);
      this.prefill(room);
      // Who is to judge a picture has it before them.
      if (own?.chair && photo.state !== "released" && this.aside !== photo.id) this.open();
    }
    const isHere = still !== null && still.isTrue && still.proposal === photo?.id;
    if (isHere && this.canvas.dataset["drawn"] !== photo.id) void this.draw(still.jpeg, photo.id);
    show(this.canvas, isHere);
    put(this.state, this.describe(room, isHere));
    const judged = room.parties.map(({ id, name }) => {
      const verdict = photo?.declined.includes(id) ? "declined" : photo?.approved.includes(id) ? "approved" : "undecided";
      return photo ? `${name}: ${say(`photo-${verdict}`)}` : "";
    });
    if (this.parties.dataset["told"] !== judged.join("\n")) {
      this.parties.dataset["told"] = judged.join("\n");
      this.parties.replaceChildren(...judged.filter(Boolean).map((line) => el("li", {}, line)));
    }
    const party = own && partyOf(room, own)?.id;
    const isOpen = photo?.state === "proposed" && party !== undefined;
    show(this.judge, isOpen && isHere && own?.chair === true && !photo.approved.includes(party) && !photo.declined.includes(party));
    show(this.release, photo?.state === "approved" && photo.by === room.you && isHere);
  }

  private describe(room: Room, isHere: boolean): string {
    const { photo } = room;
    if (!photo) return "";
    if (photo.state === "released") return say("photo-released");
    if (this.conference.still && !this.conference.still.isTrue) return say("photo-false");
    if (!isHere) return say("photo-coming");
    if (photo.declined.length > 0) return say("photo-is-declined");
    if (photo.state === "approved") return say(photo.by === room.you ? "photo-approved-own" : "photo-is-approved");
    return say("photo-proposed");
  }

  private prefill(room: Room): void {
    const names = room.parties.map(({ name }) => name).join(", ");
    const day = dayIn(room.zone, this.conference.now(), this.language);
    this.caption.value = say("photo-caption", { title: room.title, parties: names, day });
    this.credit.value = names;
  }

  private async draw(jpeg: Bytes, proposal: string): Promise<void> {
    this.canvas.dataset["drawn"] = proposal;
    try {
      const picture = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
      [this.canvas.width, this.canvas.height] = [picture.width, picture.height];
      this.canvas.getContext("2d")!.drawImage(picture, 0, 0);
    } catch (error) {
      this.complain(error);
    }
  }

  private async doing(work: Promise<unknown>): Promise<void> {
    show(this.problem, false);
    await work.catch((error: unknown) => this.complain(error));
  }

  private complain(error: unknown): void {
    put(this.problem, error instanceof Error ? error.message : String(error));
    show(this.problem, true);
  }
}

/** One picture of all of them, each cut to the same shape, as a JPEG. */
async function compose(videos: HTMLVideoElement[]): Promise<Bytes> {
  const canvas = el("canvas", { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#0e0f12";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  const columns = Math.ceil(Math.sqrt(videos.length));
  const rows = Math.ceil(videos.length / columns);
  const width = (WIDTH - GAP * (columns + 1)) / columns;
  const height = (HEIGHT - GAP * (rows + 1)) / rows;
  for (const [at, video] of videos.entries()) {
    const row = Math.floor(at / columns);
    const inRow = Math.min(columns, videos.length - row * columns);
    const left = (WIDTH - inRow * width - (inRow - 1) * GAP) / 2 + (at % columns) * (width + GAP);
    const scale = Math.max(width / video.videoWidth, height / video.videoHeight);
    const [cutWidth, cutHeight] = [width / scale, height / scale];
    const from = [(video.videoWidth - cutWidth) / 2, (video.videoHeight - cutHeight) / 2] as const;
    context.drawImage(video, ...from, cutWidth, cutHeight, left, GAP + row * (height + GAP), width, height);
  }
  const blob = await new Promise<Blob | null>((settle) => canvas.toBlob(settle, "image/jpeg", 0.9));
  if (!blob) throw new Error(say("photo-failed"));
  return new Uint8Array(await blob.arrayBuffer());
}
