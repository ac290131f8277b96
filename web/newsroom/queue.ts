import { csrf } from "./ask.ts";
import { onNewer } from "./live.ts";

/** A claim ends by itself after three minutes. */
const CLAIM_AGAIN = 60_000;
/** Where the next page goes on. */
const NEXT = "tribune.queue.next";

/** Clears the queue by keyboard, keeps what one looks at from other moderators, and follows what they do. */
export function clearByKeys(): void {
  const queue = document.querySelector<HTMLElement>("[data-queue]");
  if (!queue) return;
  const fresh = document.querySelector<HTMLButtonElement>("[data-new]");
  const rows = () => [...queue.querySelectorAll<HTMLElement>("[data-comment]")];
  const focused = () => rows().findIndex((row) => row.contains(document.activeElement));
  let newest: Document | undefined;
  let mine: HTMLElement | undefined;
  let led: HTMLElement | undefined;

  const lead = (row: HTMLElement | undefined) => {
    led = row;
    row?.focus();
  };
  /** To the next row that nobody else has. */
  const step = (by: 1 | -1) => {
    const all = rows();
    let at = focused();
    do at += by;
    while (all[at] && !isFree(all[at]!));
    if (all[at]) lead(all[at]);
  };

  const claim = async (row: HTMLElement) => {
    const id = row.dataset["comment"] ?? "";
    const body = new URLSearchParams({ csrf: csrf(), comment: id });
    // What cannot be asked now is asked again; nothing worse happens than that two look at one.
    const answer = await fetch("/newsroom/discussion/claim", { method: "POST", body }).catch(() => undefined);
    if (!answer?.ok) return;
    const others = (await answer.json()) as Record<string, string>;
    const other = others[id];
    if (other === undefined) return;
    still(queue, () => tells(row, (queue.dataset["claimed"] ?? "").replace("{name}", other)));
    row.toggleAttribute("data-claimed", true);
    if (row === led && row === document.activeElement) step(1);
  };
  queue.addEventListener("focusin", (event) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-comment]") ?? undefined;
    if (!row || row === mine || row.hasAttribute("data-gone")) return;
    mine = row;
    void claim(row);
  });
  setInterval(() => {
    if (mine && !document.hidden && isFree(mine)) void claim(mine);
  }, CLAIM_AGAIN);

  onNewer((page) => {
    newest = page;
    const newer = listed(page);
    const decided = new Map<string, string>();
    for (const it of page.querySelectorAll<HTMLElement>("[data-decided]")) {
      const id = it.dataset["decided"] ?? "";
      // The newest is first.
      if (!decided.has(id)) decided.set(id, it.textContent ?? "");
    }
    still(queue, () => {
      for (const row of rows()) {
        const id = row.dataset["comment"] ?? "";
        const now = newer.get(id);
        if (now && now.dataset["state"] === row.dataset["state"]) stays(row, now);
        else leaves(row, decided.get(id) ?? queue.dataset["left"] ?? "");
      }
    });
    for (const row of rows()) newer.delete(row.dataset["comment"] ?? "");
    if (!fresh) return;
    fresh.hidden = newer.size === 0;
    fresh.textContent = (fresh.dataset["new"] ?? "").replace("{count}", String(newer.size));
  });
  const showNew = () => {
    if (!fresh || fresh.hidden || !newest) return;
    if (rows().length === 0) {
      sessionStorage.setItem(NEXT, "");
      location.reload();
      return;
    }
    const there = new Map(rows().map((row) => [row.dataset["comment"], row]));
    let first: HTMLElement | undefined;
    still(queue, () => {
      let before: HTMLElement | undefined;
      for (const [id, row] of listed(newest!)) {
        const known = there.get(id);
        const at: HTMLElement = known ?? document.importNode(row, true);
        if (!known) {
          if (before) before.after(at);
          else queue.prepend(at);
          first ??= at;
        }
        before = at;
      }
    });
    fresh.hidden = true;
    if (focused() < 0) lead(first);
  };
  fresh?.addEventListener("click", showNew);

  const ticked = () => queue.querySelector("input[type=checkbox]:checked") !== null;
  const press = (selector: string, within: ParentNode = document) => within.querySelector<HTMLElement>(selector)?.click();
  document.addEventListener("keydown", (event) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest("input:not([type=checkbox]), textarea, select")) return;
    const row = rows()[focused()];
    const open = row && !row.hasAttribute("data-gone") ? row : undefined;
    switch (event.key) {
      case "j":
        step(1);
        break;
      case "k":
        step(focused() < 0 ? 1 : -1);
        break;
      case "n":
        showNew();
        break;
      case "z":
        press("[data-undo]");
        break;
      case "x":
        if (open) press("input[type=checkbox]", open);
        break;
      case "r":
        if (ticked()) document.getElementById("bulk-reason")?.focus();
        else if (open) {
          press("[data-key=r]", open);
          open.querySelector<HTMLElement>("details[open] select")?.focus();
        }
        break;
      case "a":
        if (ticked()) press("#bulk [value=approve]");
        else if (open) press("[data-key=a]", open);
        break;
      case "f":
      case "u":
        if (open) press(`[data-key=${event.key}]`, open);
        break;
      default:
        return;
    }
    event.preventDefault();
  });

  // After a decision one goes on with the next, without a search for it.
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.action.includes("/newsroom/discussion/")) return;
    const all = rows();
    const at = all.findIndex((row) => row.contains(form));
    const next = at < 0 ? undefined : all.slice(at + 1).find(isFree);
    sessionStorage.setItem(NEXT, next?.dataset["comment"] ?? "");
  });
  const next = sessionStorage.getItem(NEXT);
  sessionStorage.removeItem(NEXT);
  if (next === null || document.querySelector("[data-trouble]")) return;
  const free = rows().filter(isFree);
  lead(free.find((row) => row.dataset["comment"] === next) ?? free[0]);
}

/** Nobody else has it, and nobody has decided about it. */
function isFree(row: HTMLElement): boolean {
  return !row.hasAttribute("data-claimed") && !row.hasAttribute("data-gone");
}

function listed(page: Document): Map<string, HTMLElement> {
  const all = page.querySelectorAll<HTMLElement>("[data-queue] > [data-comment]");
  return new Map([...all].map((row) => [row.dataset["comment"] ?? "", row]));
}

/** A row that is still in the list, or again. */
function stays(row: HTMLElement, now: HTMLElement): void {
  // Its author may have said something since, or changed it. What was ticked was ticked as it read
  // before, and so no longer is; what somebody is at stays, and is refused when it is sent.
  const came = row.hasAttribute("data-gone") || row.dataset["seen"] !== now.dataset["seen"];
  if (came && !row.querySelector(":focus")) {
    row.replaceChildren(...[...now.childNodes].map((node) => document.importNode(node, true)));
    row.dataset["seen"] = now.dataset["seen"] ?? "";
  }
  row.removeAttribute("data-gone");
  row.toggleAttribute("data-claimed", now.hasAttribute("data-claimed"));
  row.querySelector("form")?.toggleAttribute("hidden", false);
  tells(row, now.querySelector("[data-told]")?.textContent ?? "");
}

/** A row about which somebody else has decided: it keeps its place, and can be read. */
function leaves(row: HTMLElement, why: string): void {
  row.toggleAttribute("data-gone", true);
  row.removeAttribute("data-claimed");
  const ticked = row.querySelector<HTMLInputElement>("input[type=checkbox]");
  if (ticked) ticked.checked = false;
  const form = row.querySelector("form");
  // What is being written there is not taken from under anybody's hands.
  if (form && !form.contains(document.activeElement)) form.hidden = true;
  tells(row, why);
}

function tells(row: HTMLElement, text: string): void {
  let told = row.querySelector<HTMLElement>("[data-told]");
  if (!text) {
    told?.remove();
    return;
  }
  if (!told) {
    told = document.createElement("p");
    told.className = "notice";
    told.dataset["told"] = "";
    row.querySelector("p")?.after(told);
  }
  told.textContent = text;
}

/** Changes the list, and keeps what one looks at where it is. */
function still(queue: HTMLElement, change: () => void): void {
  const rows = [...queue.children];
  const at =
    rows.find((row) => row.contains(document.activeElement)) ?? rows.find((row) => row.getBoundingClientRect().bottom > 0);
  const before = at?.getBoundingClientRect().top ?? 0;
  change();
  const moved = (at?.getBoundingClientRect().top ?? 0) - before;
  if (moved !== 0) window.scrollBy({ top: moved, behavior: "instant" });
}
