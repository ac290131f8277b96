/** The front page's order, by dragging or by buttons; the numbers of the form follow. */
export function orderByHand(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-order]");
  const top = form?.querySelector<HTMLElement>("[data-order-top]");
  const others = form?.querySelector<HTMLElement>("[data-order-others]");
  if (!form || !top || !others) return;
  let dragged: HTMLElement | null = null;

  const renumber = () => {
    [...top.children].forEach((row, index) => place(row).value = String(index + 1));
    for (const row of others.children) place(row).value = "";
  };
  const move = (row: HTMLElement, before: Element | null, list: HTMLElement, button?: HTMLElement) => {
    list.insertBefore(row, before);
    renumber();
    button?.focus();
  };
  // Where no row is yet, the list itself is what one drops on.
  top.addEventListener("dragover", (event) => dragged && event.preventDefault());
  top.addEventListener("drop", (event) => {
    if (dragged && event.target === top) move(dragged, null, top);
  });
  for (const row of form.querySelectorAll<HTMLElement>("[data-order-row]")) {
    const headline = row.querySelector(".story-headline")?.textContent?.trim() ?? "";
    const add = (sign: string, word: string | undefined, act: (button: HTMLElement) => void) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.setAttribute("aria-label", `${word ?? ""}: ${headline}`);
      button.addEventListener("click", () => act(button));
      hand.append(button);
    };
    const hand = document.createElement("p");
    hand.className = "hand";
    add("↑", form.dataset["up"], (button) => {
      if (row.parentElement === others) move(row, null, top, button);
      else if (row.previousElementSibling) move(row, row.previousElementSibling, top, button);
    });
    add("↓", form.dataset["down"], (button) => {
      if (row.parentElement === others) return;
      const next = row.nextElementSibling;
      if (next) move(row, next.nextElementSibling, top, button);
      else move(row, others.firstElementChild, others, button);
    });
    row.append(hand);
    row.draggable = true;
    row.addEventListener("dragstart", () => (dragged = row));
    row.addEventListener("dragover", (event) => dragged && event.preventDefault());
    row.addEventListener("drop", (event) => {
      event.preventDefault();
      const list = row.parentElement;
      if (!dragged || dragged === row || !list) return;
      const box = row.getBoundingClientRect();
      const below = event.clientY > box.top + box.height / 2;
      move(dragged, below ? row.nextElementSibling : row, list);
    });
    row.addEventListener("dragend", () => (dragged = null));
  }
}

function place(row: Element): HTMLInputElement {
  return row.querySelector<HTMLInputElement>("input[name^=place-]")!;
}
