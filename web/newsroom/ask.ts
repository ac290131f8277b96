/** What the server said to a request: its answer, or a sentence that says what is wrong. */
export class Refused extends Error {}

/** What each form of this session carries; empty when nobody is signed in. */
export function csrf(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
}

/** Sends JSON as this session, and gives the JSON that comes back. */
export async function ask<T>(path: string, body: unknown): Promise<T> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (csrf()) headers["x-csrf"] = csrf();
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  // A request that needs a fresher sign-in is sent on to where one shows again who one is.
  if (answer.redirected) {
    location.assign(answer.url);
    return new Promise(() => {});
  }
  const text = await answer.text();
  if (!answer.ok) throw new Refused(text.trim());
  return JSON.parse(text) as T;
}
