// What a discussion gains where scripts run: one writes, answers and recommends without leaving the
// page, and hears of what is new. The server's own pages are read for all of it: nothing is shown
// that they would not show.
import { proveFirst } from "../proof.ts";
import { keepDrafts } from "./drafts.ts";
import { hearWhatIsNew } from "./news.ts";
import { answerInPlace, sendInPlace } from "./send.ts";
import { recommendInPlace } from "./recommend.ts";

export function discuss(section: HTMLElement): void {
  keepDrafts(section);
  recommendInPlace(section);
  // The page of a single comment has no whole discussion to put anything into.
  if (!section.dataset["discussion"]) {
    section.querySelectorAll<HTMLFormElement>("form[action^='/discussions/']").forEach(proveFirst);
    return;
  }
  const news = hearWhatIsNew(section);
  answerInPlace(section);
  sendInPlace(section, news);
}
