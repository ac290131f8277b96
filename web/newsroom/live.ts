const AGAIN_AFTER = [1_000, 2_000, 5_000, 15_000, 30_000];

const listeners: ((page: Document) => void)[] = [];

/** Calls with the page as it is now, whenever something has happened. */
export function onNewer(listener: (page: Document) => void): void {
  listeners.push(listener);
}

/** What a page shows of others' work is kept true: it is loaded anew when something has happened. */
export function keepLive(): void {
  if (!document.querySelector("[data-live]")) return;
  let failures = 0;
  const connect = () => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/newsroom/changes`);
    socket.addEventListener("open", () => {
      // Something may have happened while nobody listened.
      if (failures > 0) load();
      failures = 0;
    });
    socket.addEventListener("message", load);
    socket.addEventListener("close", () => {
      setTimeout(connect, AGAIN_AFTER[Math.min(failures++, AGAIN_AFTER.length - 1)]);
    });
  };
  connect();
}

let loading = false;
let again = false;

function load(): void {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  const request = new XMLHttpRequest();
  // The browser reads the page itself, and runs nothing of it.
  request.open("GET", location.href);
  request.responseType = "document";
  request.addEventListener("loadend", () => {
    const page = request.responseXML;
    if (request.status === 200 && page) show(page);
    loading = false;
    if (again) {
      again = false;
      load();
    }
  });
  request.send();
}

function show(page: Document): void {
  for (const part of document.querySelectorAll<HTMLElement>("[data-live]")) {
    const newer = page.getElementById(part.id);
    if (!newer || newer.isEqualNode(part)) continue;
    const active = document.activeElement;
    const link = active instanceof HTMLAnchorElement && part.contains(active) ? active.getAttribute("href") : null;
    part.replaceChildren(...[...newer.childNodes].map((node) => document.importNode(node, true)));
    // Whoever goes through the list by keyboard stays where they are.
    if (link) part.querySelector<HTMLElement>(`a[href="${CSS.escape(link)}"]`)?.focus();
  }
  for (const listener of listeners) listener(page);
}
