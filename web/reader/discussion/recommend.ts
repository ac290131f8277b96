// Recommends without leaving the page. A cached page does not know who looks at it; this browser
// remembers what it has recommended.

const KEY = "tribune-recommended";
const REMEMBERED = 500;

export function recommendInPlace(section: HTMLElement): void {
  const chosen = new Set(remembered());
  section.querySelectorAll<HTMLFormElement>("form.recommend").forEach((form) => {
    if (chosen.has(idOf(form))) press(form, true);
  });
  section.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("form.recommend")) return;
    event.preventDefault();
    void toggle(form, chosen);
  });
}

async function toggle(form: HTMLFormElement, chosen: Set<string>): Promise<void> {
  const id = idOf(form);
  const back = chosen.has(id);
  const body = new URLSearchParams(back ? { back: "yes" } : {});
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  // Its own page says why.
  if (!answer?.ok) {
    location.assign(`/comments/${id}`);
    return;
  }
  if (back) chosen.delete(id);
  else chosen.add(id);
  remember([...chosen].slice(-REMEMBERED));
  press(form, !back);
  const count = form.querySelector("b");
  if (count) count.textContent = String(Number(count.textContent) + (back ? -1 : 1) || "");
}

function press(form: HTMLFormElement, pressed: boolean): void {
  form.querySelector("button")?.setAttribute("aria-pressed", String(pressed));
}

function idOf(form: HTMLFormElement): string {
  return new URL(form.action).pathname.split("/")[2] ?? "";
}

function remembered(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

function remember(ids: string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(ids));
  } catch {
    // A browser that keeps nothing.
  }
}
