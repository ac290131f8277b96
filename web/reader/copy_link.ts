/** Shows the button that copies the story's address, where the browser lets a page do so. */
export function offerCopying(share: HTMLElement): void {
  const button = share.querySelector<HTMLButtonElement>("[data-share-copy]");
  const status = share.querySelector<HTMLElement>("[data-share-status]");
  const url = share.dataset["shareUrl"];
  if (!button || !status || !url || !navigator.clipboard) return;

  button.addEventListener("click", async () => {
    // Emptied first, so that a second copy is announced as well.
    status.textContent = "";
    try {
      await navigator.clipboard.writeText(url);
      status.textContent = button.dataset["done"] ?? "";
    } catch {
      // The browser refused. The address as text can still be copied by hand.
      status.textContent = url;
    }
  });
  (button.closest("li") ?? button).hidden = false;
}
