// A proof of work with a comment, when the site asks for one: in a flood, and never otherwise. A
// comment without one is taken, too, and waits for a moderator.
import { sha256 } from "./sha256.ts";

interface Challenge {
  algorithm: string;
  challenge: string;
  maxnumber: number;
  salt: string;
  signature: string;
}

/** Has the form of a comment bring a proof where one is asked for, before it is sent. */
export function proveFirst(form: HTMLFormElement): void {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "proof" });
  let is: "unproven" | "working" | "ready" = "unproven";
  form.addEventListener("submit", async (event) => {
    if (event.defaultPrevented) return;
    if (is === "ready") {
      // Whoever comes back to the page and writes again needs another.
      is = "unproven";
      return;
    }
    event.preventDefault();
    if (is === "working") return;
    is = "working";
    field.value = (await proof(articleOf(form))) ?? "";
    form.append(field);
    is = "ready";
    form.requestSubmit(event.submitter);
  });
}

/** The article under which the form of a comment writes. */
export function articleOf(form: HTMLFormElement): string {
  return new URL(form.action).pathname.split("/").pop() ?? "";
}

/** So long a browser works before it draws again, in milliseconds. */
const AT_A_STRETCH = 12;

/**
 * What belongs into the field `proof` of a comment under this article; nothing when none is asked
 * for, or when none was found.
 */
export async function proof(article: string): Promise<string | undefined> {
  try {
    const asked = await fetch(`/comments/challenge?article=${encodeURIComponent(article)}`);
    // 204 says that none is needed.
    if (asked.status !== 200) return undefined;
    const given = (await asked.json()) as Challenge;
    const number = await solve(given);
    if (number === undefined) return undefined;
    const { algorithm, challenge, salt, signature } = given;
    return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
  } catch {
    return undefined;
  }
}

/** The number whose hash is asked for. */
export async function solve({ challenge, maxnumber, salt }: Challenge): Promise<number | undefined> {
  let since = performance.now();
  for (let number = 0; number <= maxnumber; number++) {
    if (sha256(salt + number) === challenge) return number;
    if (number % 64 === 0 && performance.now() - since > AT_A_STRETCH) {
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
  }
  return undefined;
}
