/** A step of a story is taken once all that was written is kept. */
export function stepsWhenSaved(): void {
  const status = document.querySelector<HTMLElement>("[data-editor=status]");
  if (!status) return;
  const isKept = () => (status.dataset["unsaved"] ?? "0") === "0";
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-steps]")) {
    form.addEventListener("submit", (event) => {
      if (isKept()) return;
      event.preventDefault();
      const button = event.submitter as HTMLButtonElement | null;
      const watch = new MutationObserver(() => {
        if (!isKept()) return;
        watch.disconnect();
        form.requestSubmit(button);
      });
      watch.observe(status, { attributeFilter: ["data-unsaved"] });
    });
  }
}
