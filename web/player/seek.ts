/** The window that one can go back in, at the most, in seconds. */
const WINDOW_MAX = 7_200;
/** Nearer to the present than this is the present: sound alone is some seconds behind. */
const PRESENT = 10;
/** What the arrow keys, J and L go by, in seconds. */
const STEP = 10;

/** What moves through the stream. */
export interface Place {
  /** How far behind the present one is, in seconds. */
  behind(): number;
  /** The picture of so many seconds behind the present, if there is one to be had. */
  still(behind: number): Promise<string | undefined>;
  /** Goes to so many seconds behind the present. */
  goTo(behind: number): void;
}

/** A bar on which one goes back, and keys for whoever is in the player. */
export function seeks(player: HTMLElement, video: HTMLVideoElement, place: Place): { reaches(seconds: number): void } {
  const seek = player.querySelector<HTMLElement>(".player-seek")!;
  const bar = seek.querySelector("input")!;
  const told = seek.querySelector("output")!;
  let reach = 0;
  /** When that was known; until then nothing is offered. */
  let reachedAt: number | undefined;
  let drags = false;

  const tell = (behind: number) => {
    const text = behind < PRESENT ? (told.dataset["present"] ?? "") : `${told.dataset["behind"]} ${clock(behind)}`;
    if (told.value !== text) told.value = text;
    bar.setAttribute("aria-valuetext", text);
  };
  const window = () =>
    reachedAt === undefined ? 0 : Math.min(WINDOW_MAX, reach + (performance.now() - reachedAt) / 1_000);
  const show = () => {
    // A channel that has just begun has nothing to go back to, and soon has.
    seek.hidden = window() < STEP;
    if (seek.hidden || drags) return;
    const behind = Math.max(0, place.behind());
    bar.min = String(-Math.floor(window()));
    bar.value = String(-Math.round(behind < PRESENT ? 0 : behind));
    tell(behind);
  };
  const goTo = (behind: number) => place.goTo(Math.min(Math.max(0, behind), window()));

  const preview = previews(seek, place);
  bar.addEventListener("input", () => {
    drags = true;
    tell(-Number(bar.value));
    preview.show(-Number(bar.value), window());
  });
  bar.addEventListener("change", () => {
    drags = false;
    preview.hide();
    goTo(-Number(bar.value));
  });
  // Where it is let go in the place that it was taken from, nothing has changed.
  bar.addEventListener("pointerup", () => {
    drags = false;
    preview.hide();
  });
  bar.addEventListener("pointermove", (event) => {
    if (drags || event.pointerType === "touch") return;
    preview.show(window() * (1 - along(bar, event.clientX)), window());
  });
  bar.addEventListener("pointerleave", preview.hide);
  video.addEventListener("timeupdate", show);
  player.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    // What a field or a button does with a key stays with it.
    if (target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) return;
    if (target === bar && event.key.startsWith("Arrow")) return;
    if (target instanceof HTMLButtonElement && event.key === " ") return;
    const acts = keys(video, player, (seconds) => goTo(place.behind() - seconds))[event.key.toLowerCase()];
    if (!acts) return;
    event.preventDefault();
    acts();
  });
  return {
    reaches: (seconds) => {
      [reach, reachedAt] = [seconds, performance.now()];
      show();
    },
  };
}

/** A picture above the place on the bar that one points at, with how far behind the present that is. */
function previews(seek: HTMLElement, place: Place): { show(behind: number, window: number): void; hide(): void } {
  const still = seek.querySelector<HTMLElement>(".player-still")!;
  const picture = still.querySelector("img")!;
  const told = still.querySelector("span")!;
  /** What was pointed at last: a picture that comes later than the next is not shown. */
  let wanted: number | undefined;
  return {
    show: (behind, window) => {
      wanted = behind;
      void place.still(behind).then((address) => {
        if (wanted !== behind) return;
        still.hidden = address === undefined;
        if (address === undefined) return;
        if (picture.src !== address) picture.src = address;
        told.textContent = `−${clock(behind)}`;
        still.style.setProperty("--along", String(1 - behind / window));
      });
    },
    hide: () => {
      wanted = undefined;
      still.hidden = true;
    },
  };
}

/** How far along the bar a place of the screen is, from 0 to 1, in the direction of reading. */
function along(bar: HTMLElement, x: number): number {
  const { left, width } = bar.getBoundingClientRect();
  const part = Math.min(1, Math.max(0, (x - left) / width));
  return getComputedStyle(bar).direction === "rtl" ? 1 - part : part;
}

function keys(video: HTMLVideoElement, player: HTMLElement, move: (seconds: number) => void): Record<string, () => void> {
  const pause = () => void (video.paused ? video.play().catch(() => {}) : video.pause());
  return {
    arrowleft: () => move(-STEP),
    arrowright: () => move(STEP),
    j: () => move(-STEP),
    l: () => move(STEP),
    k: pause,
    " ": pause,
    m: () => (video.muted = !video.muted),
    f: () => void (document.fullscreenElement ? document.exitFullscreen() : player.requestFullscreen()).catch(() => {}),
  };
}

/** How many seconds the window's playlists reach back. */
export async function windowOf(master: string): Promise<number> {
  const text = async (address: string) => {
    const answer = await fetch(address);
    return answer.ok ? await answer.text() : "";
  };
  const first = (await text(master)).split("\n").find((line) => line !== "" && !line.startsWith("#"));
  if (!first) return 0;
  const list = await text(new URL(first, new URL(master, location.href)).href);
  const lengths = [...list.matchAll(/^#EXTINF:([\d.]+)/gm)].map((found) => Number(found[1]));
  return lengths.reduce((all, length) => all + length, 0);
}

/** Seconds as one says them: 1:02:03. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (number: number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
