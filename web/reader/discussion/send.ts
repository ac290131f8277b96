// Sends a comment without leaving the page. The form goes where it would go by itself, and the page
// that answers is read for what became of it.
import { articleOf, proof } from "../proof.ts";
import { arrive, read } from "./arrive.ts";
import { forget, restore } from "./drafts.ts";
import type { News } from "./news.ts";

export function sendInPlace(section: HTMLElement, news: News | null): void {
  section.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("form.comment-form") || new URL(form.action).pathname !== section.dataset["discussion"]) return;
    event.preventDefault();
    void send(section, form, news);
  });
}

/** A form to answer stands below what it answers; asked for again, it goes. */
export function answerInPlace(section: HTMLElement): void {
  section.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>(".comment-acts a[href$='#answer']");
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    const form = section.querySelector<HTMLFormElement>("form.comment-form:not(.answering)");
    const comment = link?.closest<HTMLElement>(".comment");
    if (!link || !plain || !form || !comment) return;
    event.preventDefault();
    const open = comment.parentElement?.querySelector(":scope > form.answering");
    if (open) open.remove();
    else answering(form, comment, link.textContent ?? "");
  });
}

function answering(form: HTMLFormElement, comment: HTMLElement, word: string): void {
  const id = comment.id.replace("comment-", "");
  const answer = form.cloneNode(true) as HTMLFormElement;
  answer.classList.add("answering");
  answer.querySelector(".comment-trouble")?.remove();
  const name = comment.querySelector(".comment-name")?.textContent ?? "";
  answer.setAttribute("aria-label", `${word}: ${name}`);
  for (const one of answer.querySelectorAll("[id]")) one.id += `-${id}`;
  for (const label of answer.querySelectorAll("label")) label.htmlFor += `-${id}`;
  for (const one of answer.querySelectorAll("[aria-describedby]")) {
    one.setAttribute("aria-describedby", `${one.getAttribute("aria-describedby")}-${id}`);
  }
  answer.querySelector("[name=parent]")?.remove();
  const parent = document.createElement("input");
  Object.assign(parent, { type: "hidden", name: "parent", value: id });
  answer.append(parent);
  const text = answer.querySelector("textarea");
  if (text) text.value = "";
  restore(answer);
  comment.after(answer);
  text?.focus();
}

async function send(section: HTMLElement, form: HTMLFormElement, news: News | null): Promise<void> {
  const button = form.querySelector("button");
  // Sent once, however often it is pressed.
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  tell(form, "");
  try {
    const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
    const proven = await proof(articleOf(form));
    if (proven) body.set("proof", proven);
    const answer = await fetch(form.action, { method: "POST", body });
    const page = read(await answer.text());
    const id = /^\/comments\/([0-9a-f-]+)$/.exec(new URL(answer.url).pathname)?.[1];
    if (!answer.ok || !id) {
      const trouble = page.querySelector(".comment-trouble")?.textContent;
      tell(form, trouble ?? page.querySelector("h1")?.textContent ?? String(answer.status));
      return;
    }
    await said(section, form, page, id);
    news?.known(id);
  } catch {
    tell(form, section.dataset["away"] ?? "");
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

/** It is on the record: it is shown, or what has become of it is told. */
async function said(section: HTMLElement, form: HTMLFormElement, page: Document, id: string): Promise<void> {
  forget(form);
  const text = form.querySelector("textarea");
  if (text) text.value = "";
  const waits = page.querySelector(".comment-waits");
  if (waits) {
    const told = waits.cloneNode(true) as HTMLElement;
    const link = document.createElement("a");
    link.href = `/comments/${id}`;
    link.textContent = page.querySelector("h1")?.textContent ?? link.href;
    told.append(" ", link);
    put(form, told);
    return;
  }
  const [comment] = await arrive(section, [id]);
  if (form.classList.contains("answering")) form.remove();
  if (comment) look(comment);
}

/** Leads eyes, keyboard and screen reader to a comment. */
export function look(comment: HTMLElement): void {
  comment.tabIndex = -1;
  comment.focus({ preventScroll: true });
  comment.scrollIntoView({ block: "center" });
}

/** Says what was wrong, above the form; nothing takes it away. */
function tell(form: HTMLFormElement, sentence: string): void {
  form.querySelector(".comment-trouble")?.remove();
  if (!sentence) return;
  const trouble = document.createElement("p");
  trouble.className = "comment-trouble";
  trouble.setAttribute("role", "alert");
  trouble.textContent = sentence.trim();
  form.prepend(trouble);
}

/** Puts what is told before a form, or in the place of one that answers. */
function put(form: HTMLFormElement, told: HTMLElement): void {
  told.tabIndex = -1;
  if (form.classList.contains("answering")) form.replaceWith(told);
  else form.before(told);
  told.focus();
}
