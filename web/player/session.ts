/** Tells the lock screen what plays, and lets it be paused there (Media Session). */
export function announce(video: HTMLVideoElement, { title, site }: DOMStringMap): void {
  if (!("mediaSession" in navigator)) return;
  const { mediaSession } = navigator;
  video.addEventListener("play", () => {
    mediaSession.metadata = new MediaMetadata({ title: title ?? "", artist: site ?? "" });
    mediaSession.playbackState = "playing";
  });
  video.addEventListener("pause", () => (mediaSession.playbackState = "paused"));
  mediaSession.setActionHandler("play", () => void video.play());
  mediaSession.setActionHandler("pause", () => video.pause());
}
