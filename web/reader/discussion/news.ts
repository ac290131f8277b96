// Hears of what is new in a discussion, and says so without moving what one reads: the comments come
// when they are asked for.
import { arrive, commentOf } from "./arrive.ts";
import { look } from "./send.ts";

/** More are not put into the page one by one. */
const SHOWN_MAX = 50;
/** No more often is it said how many there are: a screen reader speaks each. */
const SAID_EVERY = 2_000;

export interface News {
  /** This comment is here already. */
  known(id: string): void;
}

export function hearWhatIsNew(section: HTMLElement): News | null {
  const place = section.querySelector<HTMLElement>("[data-news]");
  if (!place || !("EventSource" in window)) return null;
  const fresh = new Set<string>();
  let last = section.dataset["through"] ?? "";
  let source: EventSource | null = null;
  let near = false;
  let many = false;
  let timer = 0;

  const hear = (event: MessageEvent<string>) => {
    last = event.lastEventId;
    const { count, comments, more } = JSON.parse(event.data) as {
      count: number;
      comments: { id: string }[];
      more?: boolean;
    };
    for (const { id } of comments) if (!commentOf(section, id)) fresh.add(id);
    if (fresh.size > SHOWN_MAX || (more && String(count) !== section.dataset["count"])) many = true;
    later();
  };
  const later = () => {
    if (!timer) {
      say();
      timer = setTimeout(() => ((timer = 0), say()), SAID_EVERY);
    }
  };
  const say = () => {
    for (const id of fresh) if (commentOf(section, id)) fresh.delete(id);
    const words = `${place.dataset["news"]}${many ? "" : ` ${fresh.size}`}`;
    if (!many && fresh.size === 0) place.replaceChildren();
    else if (place.textContent !== words) place.replaceChildren(offer(words));
  };
  const offer = (words: string) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.addEventListener("click", () => void show());
    return button;
  };
  const show = async () => {
    if (many) {
      location.assign(section.dataset["discussion"] ?? "");
      return;
    }
    // It is offered again if they cannot be had now.
    const [first] = await arrive(section, [...fresh]).catch(() => []);
    if (!first) return;
    fresh.clear();
    say();
    look(first);
  };

  // Connections are few: one that nobody looks at is let go of, and taken up where it was left.
  const listen = () => {
    const wanted = near && !document.hidden;
    if (wanted && !source) {
      source = new EventSource(`${section.dataset["discussion"]}/live?after=${last}`);
      source.addEventListener("comment", hear);
    } else if (!wanted && source) {
      source.close();
      source = null;
    }
  };
  document.addEventListener("visibilitychange", listen);
  new IntersectionObserver(
    ([seen]) => {
      near = seen?.isIntersecting ?? false;
      listen();
    },
    { rootMargin: "100%" },
  ).observe(section);
  return { known: (id) => (fresh.delete(id), say()) };
}
