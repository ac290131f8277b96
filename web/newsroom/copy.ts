/** Buttons that copy the field beside them. */
export function copyLinks(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    const from = button.parentElement?.querySelector<HTMLInputElement>("[data-copy-from]");
    if (!from || !navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(from.value);
      button.textContent = button.dataset["done"] ?? button.textContent;
    });
  }
}
