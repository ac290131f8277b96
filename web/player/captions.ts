/** Where the choice is kept from visit to visit; empty for none. */
const REMEMBERED = "tribune-captions";
/** How often it is asked whether there are others by now, in milliseconds. */
const ASKS_AGAIN = 15_000;

/** The names of all captions that a master playlist offers. */
export function offered(master: string): string[] {
  const lines = master.split("\n").filter((line) => /^#EXT-X-MEDIA:TYPE=(SUBTITLES|CLOSED-CAPTIONS),/.test(line));
  return [...new Set(lines.map((line) => /[:,]NAME="([^"]*)"/.exec(line)?.[1] ?? ""))].filter((name) => name !== "");
}

/** A menu that has to know what the stream that plays was loaded with. */
export interface CaptionsMenu {
  loaded(names: string[]): void;
}

/**
 * The menu of captions: what the stream has, whether inside of its pictures or beside them. What comes
 * later is offered, too; `again` loads the stream anew, for a player that does not know it yet.
 */
export function captionsMenu(player: HTMLElement, video: HTMLVideoElement, again: () => void): CaptionsMenu {
  const menu = player.querySelector<HTMLElement>(".player-captions");
  const choice = menu?.querySelector("select");
  const { master } = player.dataset;
  if (!menu || !choice || !master) return { loaded: () => {} };
  let names: string[] = [];
  let chosen = remembered();
  /** What the key switches on again. */
  let last = chosen;
  /** What the stream that plays was loaded with. */
  let loaded: string[] | undefined;

  const apply = () => {
    for (const track of captionTracks(video)) {
      const mode = track.label === chosen ? "showing" : "disabled";
      if (track.mode !== mode) track.mode = mode;
    }
  };

  const offer = () => {
    choice.replaceChildren(new Option(choice.dataset["off"], ""), ...names.map((name) => new Option(name, name)));
    choice.value = chosen;
    if (choice.selectedIndex < 0) choice.value = "";
    menu.hidden = names.length === 0;
  };

  const choose = (name: string) => {
    chosen = name;
    last = name || last;
    choice.value = name;
    remember(name);
    apply();
    reach();
  };

  /** Loads the stream anew, if what was chosen is in it by now and was not when it was loaded. */
  const reach = () => {
    if (!names.includes(chosen) || !loaded || loaded.includes(chosen)) return;
    loaded = undefined;
    again();
  };

  const ask = async () => {
    const text = await fetch(master).then((answer) => (answer.ok ? answer.text() : ""), () => "");
    if (text === "") return;
    const now = offered(text);
    if (now.join("\n") === names.join("\n")) return;
    names = now;
    offer();
    reach();
  };

  choice.addEventListener("change", () => choose(choice.value));
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key.toLowerCase() !== "c" || event.ctrlKey || event.altKey || event.metaKey || typing || menu.hidden) return;
    choose(chosen === "" ? (names.find((name) => name === last) ?? names[0]!) : "");
  });
  for (const event of ["addtrack", "change"]) video.textTracks.addEventListener(event, apply);
  video.addEventListener("loadeddata", () => void ask());
  setInterval(() => {
    if (!video.paused && !document.hidden) void ask();
  }, ASKS_AGAIN);
  return { loaded: (names) => (loaded = names) };
}

function captionTracks(video: HTMLVideoElement): TextTrack[] {
  return [...video.textTracks].filter((track) => track.kind === "captions" || track.kind === "subtitles");
}

function remembered(): string {
  try {
    return localStorage.getItem(REMEMBERED) ?? "";
  } catch {
    return "";
  }
}

function remember(name: string): void {
  try {
    localStorage.setItem(REMEMBERED, name);
  } catch {
    // A browser that keeps nothing asks anew next time.
  }
}
