// Makes a meeting's invitations, in the browser of who asks for them: the server gets what it needs to
// know a link by, and never a link.
import { type Bytes, toText } from "../meeting/bytes.ts";
import { drawRoot, invite, link, verifier } from "../meeting/invitations.ts";
import { keepRoot, rootOf } from "../meeting/store.ts";

/**
 * Enhances `<form data-invite data-meeting=ID>` with an `<input type=hidden name="verifier-SEAT"
 * data-seat=SEAT data-chair=true|false>` for each seat, a button that submits, `<output data-link=SEAT>`
 * where each link is shown, and, if there are such, `<button data-links-file>` for all of them in one
 * file, `<button data-links-again>` to show those that were made in this browser before, a button that
 * submits with `data-invite-anew`, and `<p data-invite-trouble>`.
 *
 * Seats that are invited later get their links from the same root, for a meeting has one secret; only
 * `data-invite-anew` draws another, and no former link leads anywhere then.
 */
export async function makeInvitations(random: Crypto = crypto, keep = { keepRoot, rootOf }): Promise<void> {
  const form = document.querySelector<HTMLFormElement>("form[data-invite]");
  if (!form) return;
  const meeting = form.dataset["meeting"] ?? "";
  const seats = [...form.querySelectorAll<HTMLInputElement>("input[data-seat]")];
  const again = form.querySelector<HTMLButtonElement>("[data-links-again]");
  const trouble = form.querySelector<HTMLElement>("[data-invite-trouble]");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = (event as SubmitEvent).submitter as HTMLButtonElement | null;
    if (button) button.disabled = true;
    if (trouble) trouble.hidden = true;
    try {
      const known = button?.dataset["inviteAnew"] === undefined ? await keep.rootOf(meeting) : null;
      const root = known ?? drawRoot(random);
      for (const seat of seats) {
        const { seatSecret } = await invite(root, seat.dataset["seat"] ?? "", isChair(seat));
        seat.value = toText(await verifier(seatSecret));
      }
      await send(form);
      // Only now do the links lead anywhere.
      await keep.keepRoot(meeting, root);
      await showLinks(form, meeting, seats, root);
    } catch (error) {
      if (trouble) {
        trouble.textContent = error instanceof Error ? error.message : String(error);
        trouble.hidden = false;
      }
    } finally {
      if (button) button.disabled = false;
    }
  });

  const root = await keep.rootOf(meeting);
  if (!again || !root) return;
  again.hidden = false;
  again.addEventListener("click", () => void showLinks(form, meeting, seats, root));
}

/** @throws with what the server says. */
async function send(form: HTMLFormElement): Promise<void> {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
  const answer = await fetch(form.action, { method: "POST", body });
  if (answer.ok) return;
  throw new Error((await answer.text()).trim() || `The server answered ${answer.status}.`);
}

async function showLinks(form: HTMLFormElement, meeting: string, seats: HTMLInputElement[], root: Bytes): Promise<void> {
  const lines: string[] = [];
  for (const input of seats) {
    const seat = input.dataset["seat"] ?? "";
    const text = link(location.origin, meeting, await invite(root, seat, isChair(input)));
    lines.push(`${input.dataset["name"] ?? seat}\n${text}\n`);
    const output = document.querySelector<HTMLOutputElement>(`output[data-link="${seat}"]`);
    if (output) output.replaceChildren(...shown(text, form));
  }
  const file = form.querySelector<HTMLButtonElement>("[data-links-file]");
  if (!file) return;
  file.hidden = false;
  file.onclick = () => {
    const address = URL.createObjectURL(new Blob([lines.join("\n")], { type: "text/plain" }));
    const anchor = document.createElement("a");
    anchor.href = address;
    anchor.download = `meeting-${meeting}.txt`;
    anchor.click();
    URL.revokeObjectURL(address);
  };
}

function shown(text: string, form: HTMLFormElement): Node[] {
  const code = document.createElement("code");
  code.textContent = text;
  const { clipboard } = navigator;
  if (!clipboard) return [code];
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = form.dataset["copy"] ?? "Copy";
  button.addEventListener("click", async () => {
    await clipboard.writeText(text);
    button.textContent = form.dataset["copied"] ?? "Copied";
  });
  return [code, " ", button].map((it) => (typeof it === "string" ? document.createTextNode(it) : it));
}

function isChair(seat: HTMLInputElement): boolean {
  return seat.dataset["chair"] === "true";
}
