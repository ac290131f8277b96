/** A button that takes something away asks once more: its second press counts, for five seconds. */
export function askFirst(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-ask]")) {
    const said = button.textContent;
    button.addEventListener("click", (event) => {
      if (button.dataset["asked"]) return;
      event.preventDefault();
      button.dataset["asked"] = "yes";
      button.textContent = button.dataset["ask"] ?? said;
      setTimeout(() => {
        delete button.dataset["asked"];
        button.textContent = said;
      }, 5000);
    });
  }
}
