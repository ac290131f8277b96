/** One file on its way to the photo desk, in parts. What was kept is not sent again. */

/** Refused for good, with the server's sentence: to try again would end the same way. */
export class FileRefused extends Error {}

export interface Sending {
  /** From 0 to 1. */
  progress?: (part: number) => void;
  /** Whether it waits for the server to be there again. */
  waiting?: (waits: boolean) => void;
  signal?: AbortSignal;
  /** Where uploads are begun. */
  place?: string;
}

interface Standing {
  upload: string;
  bytes: number;
  received: number;
}

const PART_BYTES = 1024 * 1024;
const WAIT_MAX_MS = 10_000;

/** Sends a file; the id of the photo that it has become. */
export async function sendPhoto(
  file: File,
  { progress, waiting, signal, place = "/newsroom/photos/uploads" }: Sending = {},
): Promise<string> {
  let standing: Standing | null = null;
  let begun: string | null = null;
  signal?.addEventListener("abort", () => {
    // What cannot be told is forgotten within a day.
    if (begun) void ask("POST", `${place}/${begun}/cancel`, null).catch(() => {});
  });
  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    try {
      standing ??= await begin(place, file, signal);
      begun = standing.upload;
      while (standing.received < standing.bytes) {
        const { upload, bytes, received } = standing as Standing;
        progress?.(received / bytes);
        const part = file.slice(received, received + PART_BYTES);
        standing = await append(`${place}/${upload}?start=${received}`, part, signal, (sent) => progress?.((received + sent) / bytes));
        failures = 0;
        waiting?.(false);
      }
      progress?.(1);
      const made = await ask<{ id: string }>("POST", `${place}/${standing.upload}/finish`, null, signal);
      waiting?.(false);
      return made.id;
    } catch (error) {
      if (error instanceof FileRefused || signal?.aborted) throw error;
      // The server says anew how far it is: as far as it has kept.
      standing = null;
      failures += 1;
      waiting?.(true);
      await pause(Math.min(250 * 2 ** failures, WAIT_MAX_MS), signal);
    }
  }
}

function begin(place: string, file: File, signal: AbortSignal | undefined): Promise<Standing> {
  const what = { name: file.name, modified: file.lastModified, bytes: file.size };
  return ask("POST", place, JSON.stringify(what), signal);
}

async function ask<T>(method: string, path: string, body: string | null, signal?: AbortSignal): Promise<T> {
  const headers = { "content-type": "application/json", "x-csrf": csrf() };
  const answer = await fetch(path, { method, headers, body, redirect: "error", ...(signal ? { signal } : {}) });
  return read<T>(answer.status, await answer.text());
}

/** With XMLHttpRequest: fetch does not say how much of a body is sent. */
function append(
  address: string,
  part: Blob,
  signal: AbortSignal | undefined,
  sent: (bytes: number) => void,
): Promise<Standing> {
  return new Promise((settle, fail) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open("POST", address);
    request.setRequestHeader("x-csrf", csrf());
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => sent(event.loaded));
    request.addEventListener("loadend", () => {
      signal?.removeEventListener("abort", abort);
      try {
        settle(read<Standing>(request.status, request.responseText));
      } catch (error) {
        fail(error);
      }
    });
    signal?.addEventListener("abort", abort);
    request.send(part);
  });
}

/** What the server said. A conflict, a server that is ill or one that is away is worth another try. */
function read<T>(status: number, text: string): T {
  if (status >= 200 && status < 300) return (text === "" ? null : JSON.parse(text)) as T;
  const worth = status === 0 || status === 404 || status === 409 || status === 408 || status === 429 || status >= 500;
  if (worth) throw new Error(text.trim());
  throw new FileRefused(text.trim());
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((settle, fail) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      if (signal?.aborted) fail(signal.reason);
      else settle();
    };
    const timer = setTimeout(done, milliseconds);
    addEventListener("online", done);
    signal?.addEventListener("abort", done, { once: true });
  });
}

function csrf(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
}
