/** Shows the button that opens the device's own share sheet, where there is one. */
export function offerDeviceSharing(share: HTMLElement): void {
  const button = share.querySelector<HTMLButtonElement>("[data-share-device]");
  const { shareUrl: url, shareTitle: title } = share.dataset;
  if (!button || !url || !title || !navigator.share) return;

  button.addEventListener("click", () => {
    // Refused or closed by the reader: there is nothing to tell them.
    navigator.share({ title, url }).catch(() => undefined);
  });
  (button.closest("li") ?? button).hidden = false;
}
