import { captionsMenu } from "./captions.ts";
import { floats } from "./floating.ts";
import { type Playing, play } from "./playing.ts";
import { seeks, windowOf } from "./seek.ts";
import { announce } from "./session.ts";
import { Stills } from "./stills.ts";

/** How often it is asked whether the channel has come back, in milliseconds. */
const ASKS_AGAIN = 5_000;
/** Seconds behind the present with sound alone: a segment of it lasts 4, and the next has time to come. */
const SOUND_BEHIND = 7;
/** Where the choice of quality is kept from visit to visit. */
const REMEMBERED = "tribune-quality";
/** Whoever goes nearer to the present than this, in seconds, goes to it. */
const LIVE = 4;
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
  /** Whether what plays is the window that one can go back in, and not the present. */
  let inWindow = false;

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

  const show = (quality: string, goesOn: boolean, behind?: number) => {
    playing?.end();
    inWindow = behind !== undefined && quality !== AUDIO;
    player.classList.toggle("player-sound", quality === AUDIO);
    say("waiting");
    const stream = quality === AUDIO ? audio! : inWindow ? player.dataset["window"]! : master!;
    playing = play(video, stream, {
      found: (heights) => {
        if (quality !== AUDIO) offer(heights, quality);
        playing?.prefer(quality);
      },
      captioned: (names) => menu.loaded(names),
      plays: () => say("on"),
      waits: () => say("waiting"),
      late: (late) => (edge.hidden = !late && !inWindow),
      ended: () => {
        // A video that is taken its stream away is paused by that.
        const goesOn = !video.paused || video.ended;
        playing?.end();
        playing = undefined;
        void wait(goesOn);
      },
      cannot: () => say("failed"),
    }, quality === AUDIO ? SOUND_BEHIND : undefined, inWindow ? behind : undefined);
    if (goesOn) void video.play().catch(() => say("on"));
  };

  /** Asks until the channel is on air, and then shows it. */
  const wait = async (goesOn: boolean): Promise<void> => {
    while (!(await isOnAir(status!))) {
      say("off");
      await new Promise((done) => setTimeout(done, ASKS_AGAIN));
    }
    show(wanted(), goesOn || !video.paused);
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
  const toPresent = () => {
    edge.hidden = true;
    // The present comes with low latency from another stream than the past.
    if (inWindow) show(remembered(), true);
    else playing?.toEdge();
    void video.play().catch(() => {});
  };
  edge.addEventListener("click", toPresent);
  const stills = new Stills(player.dataset["stills"]!);
  const seek = seeks(player, video, {
    behind: () => playing?.behind() ?? 0,
    // Whoever listens alone wants no pictures.
    still: async (behind) =>
      !playing || player.classList.contains("player-sound") ? undefined : stills.of(playing.present() - behind * 1_000),
    goTo: (behind) => {
      const sound = player.classList.contains("player-sound");
      if (!playing) return;
      if (behind < LIVE) toPresent();
      else if (inWindow || sound || behind < playing.reach()) playing.goBack(behind);
      else show(qualities.value, !video.paused, behind);
    },
  });
  /** Asks how far back one can go when there is something to see; again, where there was no answer. */
  const reaches = (): void =>
    video.addEventListener("playing", () => void windowOf(player.dataset["window"]!).then(seek.reaches, reaches), { once: true });
  reaches();

  bar.hidden = false;
  // Whoever shows the player to producers asks for it without its sound.
  if (location.hash === "#muted") {
    video.muted = true;
    video.autoplay = true;
  }
  offer([], wanted());
  announce(video, player.dataset);
  floats(player, video);
  void wait(false);
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
