/* Both ceremonies of WebAuthn (Level 3 §5.1), of staff and of readers: the server gives the options,
   the browser asks the authenticator, the server checks the answer. Bytes travel in base64url. A page
   says where each begins; it ends at `answer` below. */
import { ask, Refused } from "./ask.ts";

interface Asked<T> {
  ceremony: string;
  options: { publicKey: T };
}

interface Onward {
  next: string;
}

type Bytes = ArrayBuffer | Uint8Array<ArrayBuffer>;

/** The part of an account's page where a passkey is added. */
export function passkeyNew(): void {
  const place = document.querySelector<HTMLElement>("[data-passkey-new]");
  if (!place || !window.PublicKeyCredential) return;
  place.hidden = false;
  const path = place.dataset["passkeyNew"]!;
  const name = place.querySelector<HTMLInputElement>("input");
  onPress(place, async () => {
    const asked = await ask<Asked<any>>(path, {});
    const options = asked.options.publicKey;
    const credential = (await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: fromBase64(options.challenge),
        user: { ...options.user, id: fromBase64(options.user.id) },
        excludeCredentials: (options.excludeCredentials ?? []).map(withBytes),
        // Kept by the authenticator, so that signing in needs no name.
        authenticatorSelection: { ...options.authenticatorSelection, residentKey: "required" },
      },
    })) as PublicKeyCredential | null;
    if (!credential) return;
    const response = credential.response as AuthenticatorAttestationResponse;
    const onward = await ask<Onward>(`${path}/answer`, {
      ceremony: asked.ceremony,
      name: name?.value ?? "",
      next: place.dataset["next"] ?? "",
      credential: {
        ...plain(credential),
        response: {
          clientDataJSON: toBase64(response.clientDataJSON),
          attestationObject: toBase64(response.attestationObject),
          transports: response.getTransports?.() ?? [],
        },
      },
    });
    location.assign(onward.next);
  });
}

/** The part of a page where one shows with a passkey who one is. */
export function passkeySignIn(): void {
  const place = document.querySelector<HTMLElement>("[data-passkey-sign-in]");
  if (!place || !window.PublicKeyCredential) return;
  place.hidden = false;
  const path = place.dataset["passkeySignIn"]!;
  onPress(place, async () => {
    const asked = await ask<Asked<any>>(path, {});
    const options = asked.options.publicKey;
    const credential = (await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: fromBase64(options.challenge),
        allowCredentials: (options.allowCredentials ?? []).map(withBytes),
      },
    })) as PublicKeyCredential | null;
    if (!credential) return;
    const response = credential.response as AuthenticatorAssertionResponse;
    const onward = await ask<Onward>(`${path}/answer`, {
      ceremony: asked.ceremony,
      next: place.dataset["next"] ?? "",
      draft: place.closest("form")?.querySelector("textarea")?.value ?? "",
      credential: {
        ...plain(credential),
        response: {
          clientDataJSON: toBase64(response.clientDataJSON),
          authenticatorData: toBase64(response.authenticatorData),
          signature: toBase64(response.signature),
          userHandle: response.userHandle ? toBase64(response.userHandle) : null,
        },
      },
    });
    location.assign(onward.next);
  });
}

/** Runs `act` when the part's button is pressed, and says below it what went wrong. */
function onPress(place: HTMLElement, act: () => Promise<void>): void {
  const button = place.querySelector("button");
  const status = place.querySelector<HTMLElement>("[data-status]");
  button?.addEventListener("click", async () => {
    button.disabled = true;
    if (status) status.textContent = "";
    try {
      await act();
    } catch (error) {
      // Whoever closes the browser's own question knows that already.
      const closed = error instanceof DOMException && error.name === "NotAllowedError";
      if (status && !closed) status.textContent = error instanceof Refused ? error.message : String(error);
    } finally {
      button.disabled = false;
    }
  });
}

function plain(credential: PublicKeyCredential) {
  return {
    id: credential.id,
    rawId: toBase64(credential.rawId),
    type: credential.type,
    extensions: credential.getClientExtensionResults(),
  };
}

function withBytes(known: { id: string; type: PublicKeyCredentialType; transports?: AuthenticatorTransport[] }) {
  return { ...known, id: fromBase64(known.id) };
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function toBase64(bytes: Bytes): string {
  const letters = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
