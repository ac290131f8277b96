/** Keeps the picture in sight, small, while one reads on below it. */
export function floats(player: HTMLElement, video: HTMLVideoElement): void {
  const look = (out: boolean) => {
    const floating = out && !video.paused && !player.classList.contains("player-sound");
    // Its place stays as high as it was, or the page would jump.
    player.style.minBlockSize = floating ? `${player.offsetHeight}px` : "";
    player.classList.toggle("player-floats", floating);
  };
  let out = false;
  new IntersectionObserver(([entry]) => {
    out = entry !== undefined && !entry.isIntersecting;
    look(out);
  }).observe(player);
  for (const event of ["play", "pause"]) video.addEventListener(event, () => look(out));
}
