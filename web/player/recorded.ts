import { type Playing, play } from "./playing.ts";
import { announce } from "./session.ts";

const AUTO = "auto";

/**
 * Runs the player of a recording. Until it is played, nothing of it is fetched; a browser that can
 * play no stream keeps the file that the page names.
 */
export function record(player: HTMLElement): void {
  const video = player.querySelector("video")!;
  const bar = player.querySelector<HTMLElement>(".video-bar")!;
  const qualities = player.querySelector("select")!;
  const { master } = player.dataset;
  const file = video.src;
  let playing: Playing | undefined;

  const goTo = (seconds: number) => {
    if (video.readyState > HTMLMediaElement.HAVE_NOTHING) video.currentTime = seconds;
    else video.addEventListener("loadedmetadata", () => (video.currentTime = seconds), { once: true });
  };

  /** Plays the file in the stream's place. */
  const fall = () => {
    const at = video.currentTime;
    playing?.end();
    bar.hidden = true;
    video.src = file;
    goTo(at);
    void video.play().catch(() => {});
  };

  const start = () => {
    if (playing) return;
    const at = video.currentTime;
    video.removeAttribute("src");
    playing = play(video, master!, {
      found: (heights) => {
        const options = heights.map((height) => new Option(`${height}p`, String(height)));
        qualities.replaceChildren(new Option(qualities.dataset["auto"], AUTO), ...options);
        bar.hidden = heights.length < 2;
      },
      plays: () => {},
      waits: () => {},
      late: () => {},
      captioned: () => {},
      // At its end it can be played again; before that, it is the stream that ended.
      ended: () => {
        if (!video.ended) fall();
      },
      cannot: () => fall(),
    });
    if (at > 0) goTo(at);
    void video.play().catch(() => {});
  };

  const begin = (seconds: number) => {
    start();
    goTo(seconds);
    void video.play().catch(() => {});
  };

  video.addEventListener("play", start, { once: true });
  qualities.addEventListener("change", () => playing?.prefer(qualities.value));
  for (const link of document.querySelectorAll<HTMLElement>("[data-at]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(null, "", `#t=${link.dataset["at"]}`);
      begin(Number(link.dataset["at"]));
      video.scrollIntoView({ block: "nearest" });
    });
  }
  const named = /^#t=([\d.]+)$/.exec(location.hash);
  if (named) goTo(Number(named[1]));
  announce(video, player.dataset);
}
