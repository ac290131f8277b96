// Puts comments where they belong, as the server shows them.

const ONCE_MAX = 50;

/** The element of a comment on a page. */
export function commentOf(page: ParentNode, id: string): HTMLElement | null {
  return page.querySelector<HTMLElement>(`[id="comment-${id}"]`);
}

/** A page of this site, to be read and not to be shown. */
export function read(html: string): Document {
  return new DOMParser().parseFromString(html, "text/html");
}

/**
 * Shows these comments in the discussion: threads at its head, answers below what they answer.
 * Answers with those that were not there before, as far as the server still has them.
 */
export async function arrive(section: HTMLElement, ids: string[]): Promise<HTMLElement[]> {
  const missing = ids.filter((id) => !commentOf(section, id)).slice(0, ONCE_MAX);
  if (missing.length === 0) return [];
  const answer = await fetch(`${section.dataset["discussion"]}?only=${missing.join()}`);
  if (!answer.ok) throw new Error(`The server said ${answer.status}.`);
  const page = read(await answer.text());
  const placed = missing.map((id) => commentOf(page, id)).filter((it) => it !== null && place(section, it));
  const count = page.getElementById("discussion-title");
  const shown = section.querySelector("#discussion-title");
  if (count && shown) shown.textContent = count.textContent;
  section.querySelector(".discussion-empty")?.remove();
  return placed as HTMLElement[];
}

/** Moves a comment from the page that was read into the discussion that is looked at. */
function place(section: HTMLElement, comment: HTMLElement): boolean {
  // It has come with its thread a moment ago.
  if (section.contains(comment)) return true;
  const thread = comment.closest(".thread");
  const root = thread?.querySelector<HTMLElement>(":scope > .comment");
  if (!thread || !root) return false;
  const known = commentOf(section, root.id.replace("comment-", ""))?.closest(".thread");
  if (!known) {
    threadsOf(section).prepend(thread);
    return true;
  }
  const item = comment.closest("li");
  if (!item) return false;
  const parent = commentOf(section, comment.dataset["answers"] ?? "")?.closest("li");
  const answers = answersOf(known);
  if (!parent || parent === known) answers.append(item);
  else lastBelow(parent).after(item);
  return true;
}

/** The last of the answers that hang on this one; itself when there are none. */
function lastBelow(item: HTMLElement): HTMLElement {
  let last = item;
  for (let next = last.nextElementSibling; next && depth(next) > depth(item); next = next.nextElementSibling) {
    last = next as HTMLElement;
  }
  return last;
}

function depth(item: Element): number {
  return Number(/answer-depth-(\d)/.exec(item.className)?.[1] ?? 0);
}

function threadsOf(section: HTMLElement): Element {
  return section.querySelector(".threads") ?? made(section.querySelector("#discussion-title"), "threads");
}

function answersOf(thread: Element): Element {
  return thread.querySelector(".answers") ?? made(thread.querySelector(":scope > .comment"), "answers");
}

function made(after: Element | null, className: string): HTMLElement {
  const list = document.createElement("ol");
  list.className = className;
  after?.after(list);
  return list;
}
