// Makes a meeting's invitations, in the browser of who asks for them: the server gets what it needs to
// know a link by, and never a link.
import { type Bytes, fromText, toText } from "../meeting/bytes.ts";
import { drawRoot, drawSalt, type Invitation, invite, link, verifier } from "../meeting/invitations.ts";
import { keepRoot, rootOf } from "../meeting/store.ts";

/**
 * Enhances `<form data-invite data-meeting=ID>` with an `<input type=hidden name="verifier-SEAT"
 * data-seat=SEAT data-chair=true|false data-invited=true|false data-emptied=true|false>` and an
 * `<input type=hidden name="salt-SEAT">` for each seat, a button that submits, `<output data-link=SEAT>`
 * where each link is shown, and, if there are such, `<button data-links-file>` for all of them in one
 * file, `<button data-links-again>` to show those that were made in this browser before, buttons that
 * submit with `data-invite-seat=SEAT` (another link for one seat, hidden until it has one) and
 * `data-invite-anew` (for all),
 * `<p data-invite-told>` for what was done, and `<p data-invite-trouble>`.
 *
 * All links come from one root, for a meeting has one secret; only `data-invite-anew` draws another, and
 * no former link leads anywhere then. Another link for one seat differs from the former by its salt. By
 * `data-known-seat`, `data-known-salt` and `data-known-verifier` of one that leads somewhere the root is
 * known.
 */
export async function makeInvitations(random: Crypto = crypto, keep = { keepRoot, rootOf }): Promise<void> {
  const form = document.querySelector<HTMLFormElement>("form[data-invite]");
  if (!form) return;
  const meeting = form.dataset["meeting"] ?? "";
  const seats = [...form.querySelectorAll<HTMLInputElement>("input[data-seat]")];
  const again = form.querySelector<HTMLButtonElement>("[data-links-again]");
  const trouble = form.querySelector<HTMLElement>("[data-invite-trouble]");
  const told = form.querySelector<HTMLElement>("[data-invite-told]");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = (event as SubmitEvent).submitter as HTMLButtonElement | null;
    const isAnew = button?.dataset["inviteAnew"] !== undefined;
    const only = button?.dataset["inviteSeat"];
    if (button) button.disabled = true;
    for (const it of [trouble, told]) if (it) it.hidden = true;
    try {
      const known = isAnew ? null : await keep.rootOf(meeting);
      // Links from another root would lead to nobody whom the former invited.
      if (!isAnew && form.dataset["knownSeat"] && !(known && (await isRoot(known, form)))) {
        throw new Error(form.dataset["elsewhere"] ?? "The links were made in another browser.");
      }
      const root = known ?? drawRoot(random);
      for (const seat of seats) {
        const salt = saltOf(seat);
        seat.value = "";
        if (only && seat.dataset["seat"] !== only) continue;
        if (isAnew) salt.value = "";
        else if (only || seat.dataset["emptied"] === "true") salt.value = toText(drawSalt(random));
        const { seatSecret } = await invitationOf(seat, root);
        seat.value = toText(await verifier(seatSecret));
      }
      await send(form);
      // Only now do the links lead anywhere.
      await keep.keepRoot(meeting, root);
      for (const seat of seats.filter(({ value }) => value)) {
        Object.assign(seat.dataset, { invited: "true", emptied: "false" });
        const { seat: knownSeat } = seat.dataset;
        form.querySelector(`[data-invite-seat="${knownSeat}"]`)?.removeAttribute("hidden");
        Object.assign(form.dataset, { knownSeat, knownSalt: saltOf(seat).value, knownVerifier: seat.value });
      }
      await showLinks(form, meeting, seats.filter(({ dataset }) => !only || dataset["seat"] === only), root);
      if (told) told.hidden = !only;
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
  if (!again || !root || !(await isRoot(root, form))) return;
  again.hidden = false;
  again.addEventListener("click", () => {
    void showLinks(form, meeting, seats.filter(({ dataset }) => dataset["invited"] === "true"), root);
  });
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
    const text = link(location.origin, meeting, await invitationOf(input, root));
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

/** Whether the links that lead somewhere come from this root. */
async function isRoot(root: Bytes, { dataset }: HTMLFormElement): Promise<boolean> {
  const { knownSeat = "", knownSalt = "", knownVerifier } = dataset;
  const { seatSecret } = await invite(root, knownSeat, false, fromText(knownSalt));
  return toText(await verifier(seatSecret)) === knownVerifier;
}

function invitationOf(seat: HTMLInputElement, root: Bytes): Promise<Invitation> {
  const isChair = seat.dataset["chair"] === "true";
  return invite(root, seat.dataset["seat"] ?? "", isChair, fromText(saltOf(seat).value));
}

function saltOf({ dataset, form }: HTMLInputElement): HTMLInputElement {
  return form!.querySelector<HTMLInputElement>(`input[name="salt-${dataset["seat"]}"]`)!;
}
