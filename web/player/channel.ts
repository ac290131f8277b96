import { captionsMenu } from "./captions.ts";
import { floats } from "./floating.ts";
import { type Playing, play } from "./playing.ts";
import { announce } from "./session.ts";

/** How often it is asked whether the channel has come back, in milliseconds. */
const ASKS_AGAIN = 5_000;
/** Seconds behind the present with sound alone: a segment of it lasts 4, and the next has time to come. */
const SOUND_BEHIND = 7;
/** Where the choice of quality is kept from visit to visit. */
const REMEMBERED = "tribune-quality";
const AUTO = "auto";
const AUDIO = "audio";

/** Runs one player: what is shown, in which quality, and what is said about it. */
export function begin(player: HTMLElement): void {
  const video = player.querySelector("video")!;
  const bar = player.querySelector<HTMLElement>(".player-bar")!;
  const state = player.querySelector<HTMLElement>(".player-state")!;
  const qualities = player.querySelector("select")!;
  const edge = player.querySelector<HTMLButtonElement>(".player-edge")!;
  const { master, audio, status } = player.dataset;
  let playing: Playing | undefined;

  const say = (what: "on" | "off" | "waiting" | "failed") => {
    const words = state.dataset[what] ?? "";
    if (state.textContent !== words) state.textContent = words;
  };

  const menu = captionsMenu(player, video, () => show(wanted(), !video.paused));

  const wanted = () => (player.dataset["audioOnly"] === undefined ? remembered() : AUDIO);

  const offer = (heights: number[], chosen: string) => {
    const options = [
      new Option(qualities.dataset["auto"], AUTO),
      ...heights.map((height) => new Option(`${height}p`, String(height))),
      new Option(qualities.dataset["audio"], AUDIO),
    ];
    qualities.replaceChildren(...options);
    qualities.value = chosen;
    if (qualities.selectedIndex < 0) qualities.value = AUTO;
  };

  const show = (quality: string, goesOn: boolean) => {
    playing?.end();
    player.classList.toggle("player-sound", quality === AUDIO);
    say("waiting");
    playing = play(video, quality === AUDIO ? audio! : master!, {
      found: (heights) => {
        if (quality !== AUDIO) offer(heights, quality);
        playing?.prefer(quality);
      },
      captioned: (names) => menu.loaded(names),
      plays: () => say("on"),
      waits: () => say("waiting"),
      late: (late) => (edge.hidden = !late),
      ended: () => {
        playing?.end();
        playing = undefined;
        void wait();
      },
      cannot: () => say("failed"),
    }, quality === AUDIO ? SOUND_BEHIND : undefined);
    if (goesOn) void video.play().catch(() => say("on"));
  };

  /** Asks until the channel is on air, and then shows it. */
  const wait = async (): Promise<void> => {
    while (!(await isOnAir(status!))) {
      say("off");
      await new Promise((done) => setTimeout(done, ASKS_AGAIN));
    }
    show(wanted(), !video.paused);
  };

  qualities.addEventListener("change", () => {
    const quality = qualities.value;
    delete player.dataset["audioOnly"];
    remember(quality);
    const sound = player.classList.contains("player-sound");
    if (playing && quality !== AUDIO && !sound) playing.prefer(quality);
    else show(quality, !video.paused);
  });
  video.addEventListener("click", () => {
    // The browser's own controls are deaf until something has come.
    if (video.readyState === HTMLMediaElement.HAVE_NOTHING) void video.play().catch(() => {});
  });
  edge.addEventListener("click", () => {
    playing?.toEdge();
    void video.play();
  });

  bar.hidden = false;
  offer([], wanted());
  announce(video, player.dataset);
  floats(player, video);
  void wait();
}

async function isOnAir(status: string): Promise<boolean> {
  try {
    const answer = await fetch(status, { cache: "no-store" });
    return answer.ok && ((await answer.json()) as { on_air: boolean }).on_air;
  } catch {
    return false;
  }
}

function remembered(): string {
  try {
    return localStorage.getItem(REMEMBERED) ?? AUTO;
  } catch {
    return AUTO;
  }
}

function remember(quality: string): void {
  try {
    localStorage.setItem(REMEMBERED, quality);
  } catch {
    // A browser that keeps nothing asks anew next time.
  }
}
