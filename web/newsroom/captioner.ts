/** Whoever types captions sends a line with Enter, and goes on in the same field at once. */
export function captioner(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-captioner]");
  if (!form) return;
  const field = form.querySelector<HTMLInputElement>("input[name=text]")!;
  const trouble = form.querySelector<HTMLElement>("[role=alert]")!;
  // Lines reach viewers in the order in which they were typed.
  let sent: Promise<void> = Promise.resolve();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const line = field.value.trim();
    if (line === "") return;
    const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
    field.value = "";
    field.focus();
    sent = sent.then(async () => {
      const why = await send(form.action, body);
      trouble.hidden = why === undefined;
      trouble.textContent = why ?? "";
      // What was refused is given back, unless the next line has been begun.
      if (why !== undefined && field.value === "") field.value = line;
    });
  });
}

/** Sends a line; says why it was not taken, if it was not. */
async function send(to: string, body: URLSearchParams): Promise<string | undefined> {
  try {
    const answer = await fetch(to, { method: "POST", body });
    if (answer.ok) return undefined;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("[data-trouble]")?.textContent?.trim() || answer.statusText;
  } catch (error) {
    return String(error);
  }
}
