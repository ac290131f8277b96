// What the page that tests devices and network says. Each is `self-test-` and its name in
// translations/*/site.ftl, and stands in templates/pages/self_test.html; tests/self_test.test.mjs looks.
import { type Blanks, fill } from "../config.ts";

export const WORDS = [
  "idle",
  "waiting",
  "good",
  "poor",
  "bad",
  "not-begun",
  "again",
  "device",
  "device-none",
  "browser-looking",
  "browser-good",
  "browser-open",
  "browser-none",
  "browser-insecure",
  "asking",
  "camera-good",
  "camera-dark",
  "camera-denied",
  "camera-missing",
  "camera-busy",
  "microphone-listening",
  "microphone-good",
  "microphone-silent",
  "microphone-denied",
  "microphone-missing",
  "microphone-busy",
  "speaker-hint",
  "speaker-ask",
  "speaker-good",
  "speaker-bad",
  "network-connecting",
  "network-measuring",
  "network-good",
  "network-open",
  "network-slow",
  "network-lossy",
  "network-mute",
  "network-blocked",
  "network-busy",
  "network-often",
  "network-off",
  "network-refused",
  "network-unreachable",
  "hear",
  "hear-no-longer",
  "all-waiting",
  "all-good",
  "all-poor",
  "all-bad",
] as const;

export type Word = (typeof WORDS)[number];

let words: Readonly<Record<string, string>> = {};

export interface Config {
  /** The address of the worker that seals frames. */
  sealing: string;
  /** Whether the server carries sound and pictures at all. */
  media: boolean;
}

export function readConfig(root: ParentNode): Config {
  const json = JSON.parse(root.querySelector("#self-test-config")?.textContent ?? "{}") as Config & { words: Record<string, string> };
  words = json.words;
  return json;
}

export function say(key: Word, blanks: Blanks = {}): string {
  return fill(words[key] ?? key, blanks);
}
