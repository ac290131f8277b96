// The tiles: who is in, with name and party, and the screen that somebody shows.
import type { Conference } from "../conference.ts";
import { say } from "../config.ts";
import { type Layer, partyOf, type Room, type Seat } from "../protocol.ts";
import { el, icon, Keyed, put, set, show } from "./dom.ts";
import { layerFor, tileWidth } from "./layout.ts";

const GAP = 8;

export type View = "gallery" | "speaker";

export class Tiles {
  readonly root = el("div", { class: "stage" });
  view: View = "gallery";
  private readonly grid = el("div", { class: "tiles" });
  private readonly shared = el("figure", { class: "shared", hidden: true });
  private readonly sharedVideo = el("video", { autoplay: true, playsinline: true, muted: true });
  private readonly sharedName = el("figcaption");
  private readonly list: Keyed<Seat, HTMLElement>;

  constructor(
    private readonly conference: Conference,
    private readonly ownPicture: () => MediaStreamTrack | null,
    private readonly ownScreen: () => MediaStreamTrack | null,
    /** Browsers that have not been touched play no sound. */
    private readonly onSilenced: () => void,
    /** A first picture has come. */
    private readonly onPicture: () => void,
  ) {
    this.shared.append(this.sharedVideo, this.sharedName);
    this.root.append(this.shared, this.grid);
    this.list = new Keyed(this.grid, ({ id }) => id, () => this.make(), (tile, seat) => this.update(tile, seat));
    new ResizeObserver(() => this.arrange()).observe(this.root);
    document.addEventListener("visibilitychange", () => this.watch());
  }

  render(room: Room): void {
    const order = room.parties.map(({ id }) => id);
    const seats = room.seats
      .filter(({ state }) => state === "in")
      .sort((one, other) => order.indexOf(one.party) - order.indexOf(other.party) || one.number - other.number);
    const shows = seats.find(({ screen, present }) => screen && present);
    show(this.shared, shows !== undefined);
    if (shows) {
      const isOwn = shows.id === room.you;
      attach(this.sharedVideo, isOwn ? this.ownScreen() : (this.conference.media?.screen ?? null));
      put(this.sharedName, isOwn ? say("screen-own") : say("screen-of", { name: this.conference.nameOf(shows) }));
      set(this.sharedVideo, "aria-label", this.sharedName.textContent);
    }
    const front = this.view === "speaker" && !shows ? this.front(room, seats) : null;
    set(this.root, "data-view", shows ? "shared" : front ? "speaker" : "gallery");
    // Who is in front comes first, and the others keep their order.
    this.list.show(front ? [...seats.filter(({ id }) => id === front), ...seats.filter(({ id }) => id !== front)] : seats);
    for (const seat of seats) this.list.get(seat.id)?.toggleAttribute("data-front", seat.id === front);
    this.arrange();
  }

  /** All pictures as they are now, for the official photo. */
  pictures(room: Room): { video: HTMLVideoElement; seat: Seat }[] {
    const order = room.parties.map(({ id }) => id);
    return room.seats
      .filter(({ state, video, present }) => state === "in" && video && present)
      .sort((one, other) => order.indexOf(one.party) - order.indexOf(other.party) || one.number - other.number)
      .flatMap((seat) => {
        const video = this.list.get(seat.id)?.querySelector("video");
        return video && video.videoWidth > 0 ? [{ video, seat }] : [];
      });
  }

  /** Plays what the browser has held back. */
  play(): void {
    for (const video of this.root.querySelectorAll("video")) void video.play().catch(() => {});
  }

  private front(room: Room, seats: Seat[]): string | null {
    const has = (seat: string | null | undefined) => (seat && seats.some(({ id }) => id === seat) ? seat : null);
    const other = seats.find(({ id }) => id !== room.you)?.id;
    return has(this.conference.front) ?? has(room.floor?.seat) ?? has(other) ?? has(room.you);
  }

  private make(): HTMLElement {
    const video = el("video", { autoplay: true, playsinline: true, onresize: () => this.onPicture() });
    const flags = el("span", { class: "tile-flags" }, icon("hand"), icon("microphone"));
    const words = el("figcaption", { class: "tile-words" }, el("strong"), el("span"), flags);
    return el("figure", { class: "tile" }, video, el("div", { class: "tile-blank" }, el("span"), el("small")), words);
  }

  private update(tile: HTMLElement, seat: Seat): void {
    const { conference } = this;
    const room = conference.room!;
    const isOwn = seat.id === room.you;
    const party = partyOf(room, seat);
    const video = tile.querySelector("video")!;
    const slot = conference.media?.slots.find((it) => it.seat === seat.id);
    if (isOwn) {
      video.muted = true;
      attach(video, this.ownPicture());
    } else if (slot) attach(video, slot.picture, slot.sound, this.onSilenced);
    const name = conference.nameOf(seat) || seat.title;
    tile.style.setProperty("--party", party?.colour ?? "#888");
    tile.toggleAttribute("data-own", isOwn);
    tile.toggleAttribute("data-speaking", conference.isSpeaking(seat.id) || room.floor?.seat === seat.id);
    put(tile.querySelector("strong")!, isOwn ? say("you", { name }) : name);
    put(tile.querySelector("figcaption > span")!, party?.name ?? "");
    const isSealedOff = !isOwn && conference.isSealedOff(seat.id);
    const isLive = isOwn ? this.ownPicture() !== null : seat.present && seat.video && !isSealedOff && slot?.picture.muted === false && video.videoWidth > 0;
    const why = !seat.present ? say("tile-lost") : isSealedOff ? say("tile-sealed") : "";
    show(tile.querySelector<HTMLElement>(".tile-blank")!, !isLive);
    video.toggleAttribute("data-live", isLive);
    put(tile.querySelector(".tile-blank span")!, initials(name));
    put(tile.querySelector(".tile-blank small")!, why);
    const [hand, microphone] = tile.querySelectorAll<SVGElement>(".tile-flags svg");
    hand!.toggleAttribute("data-on", seat.hand !== null);
    microphone!.toggleAttribute("data-on", !seat.audio);
    const said = [name, party?.name ?? "", why, seat.audio ? "" : say("muted"), seat.hand === null ? "" : say("hand-up")];
    set(tile, "aria-label", said.filter(Boolean).join(", "));
  }

  /** Sizes the tiles, and asks for no more than is seen. */
  private arrange(): void {
    const count = this.grid.childElementCount;
    const { clientWidth, clientHeight } = this.grid;
    if (this.root.dataset["view"] === "gallery" && count > 0) {
      this.grid.style.setProperty("--tile", `${tileWidth(count, clientWidth, clientHeight, GAP)}px`);
    } else this.grid.style.removeProperty("--tile");
    this.watch();
  }

  private watch(): void {
    const { room } = this.conference;
    if (!room) return;
    const seats: Record<string, Layer> = {};
    for (const seat of room.seats) {
      if (seat.id === room.you || seat.state !== "in") continue;
      const height = document.hidden ? 0 : (this.list.get(seat.id)?.clientHeight ?? 0);
      seats[seat.number] = layerFor(height * devicePixelRatio);
    }
    this.conference.watch(seats);
  }
}

/** Gives a video its tracks, and leaves it alone when it has them. */
function attach(video: HTMLVideoElement, picture: MediaStreamTrack | null, sound?: MediaStreamTrack, onSilenced?: () => void): void {
  const wanted = [picture, sound].filter((track): track is MediaStreamTrack => Boolean(track));
  const stream = video.srcObject instanceof MediaStream ? video.srcObject : null;
  const has = stream?.getTracks() ?? [];
  if (has.length === wanted.length && wanted.every((track) => has.includes(track))) return;
  video.srcObject = wanted.length > 0 ? new MediaStream(wanted) : null;
  if (wanted.length > 0) {
    video.play().catch((error: DOMException) => {
      if (error.name === "NotAllowedError") onSilenced?.();
    });
  }
}

function initials(name: string): string {
  const parts = name.split(/\s+/).filter(Boolean);
  return [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => [...(part ?? "")][0] ?? "").join("").toUpperCase();
}
