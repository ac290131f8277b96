/* Playlists of a channel that is on air, as a strict parser that is not ours reads them. */
import { parse, setOptions } from "hls-parser";
import { Encoder } from "../../support/channel.ts";
import { administrator } from "../../support/desk.ts";
import { expect } from "../../support/newsroom.ts";
import { key, test } from "../../support/studio.ts";

const SECONDS = 20;

interface Segment {
  sequence: number;
  seconds: number;
  parts: number[];
  open: boolean;
}

/** A playlist, as little of it as the rules below need. */
interface Read {
  target: number;
  partTarget: number | undefined;
  partHoldBack: number | undefined;
  sequence: number;
  segments: Segment[];
}

function read(text: string): Read {
  const number = (pattern: RegExp) => {
    const found = pattern.exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const sequence = number(/^#EXT-X-MEDIA-SEQUENCE:(\d+)/m)!;
  const segments: Segment[] = [];
  let parts: number[] = [];
  const total = () => parts.reduce((sum, part) => sum + part, 0);
  for (const line of text.split("\n")) {
    const part = /^#EXT-X-PART:DURATION=([\d.]+)/.exec(line);
    if (part) parts.push(Number(part[1]));
    const whole = /^#EXTINF:([\d.]+)/.exec(line);
    if (whole) {
      segments.push({ sequence: sequence + segments.length, seconds: Number(whole[1]), parts, open: false });
      parts = [];
    }
  }
  if (parts.length > 0) segments.push({ sequence: sequence + segments.length, seconds: total(), parts, open: true });
  return {
    target: number(/^#EXT-X-TARGETDURATION:(\d+)/m)!,
    partTarget: number(/PART-TARGET=([\d.]+)/),
    partHoldBack: number(/PART-HOLD-BACK=([\d.]+)/),
    sequence,
    segments,
  };
}

/** What hls-parser does not look at, or counts in segments where the draft counts in seconds. */
function holds(text: string): Read {
  const it = read(text);
  let behind = 0;
  for (const segment of it.segments.toReversed()) {
    behind += segment.seconds;
    if (behind > 3 * it.target + 0.01) expect(segment.parts, `parts linger in\n${text}`).toEqual([]);
  }
  if (it.partTarget !== undefined) {
    expect(it.partHoldBack! + 1e-9).toBeGreaterThanOrEqual(3 * it.partTarget);
    for (const { parts, seconds, open } of it.segments.filter((segment) => segment.parts.length > 0)) {
      const together = parts.reduce((sum, part) => sum + part, 0);
      if (!open) expect(Math.abs(together - seconds), "a segment is its parts").toBeLessThan(0.001);
    }
  }
  return it;
}

/** hls-parser takes parts for old as soon as three segments follow, however short these are. */
function withRecentParts(text: string): string {
  const { segments, sequence: first } = read(text);
  // The part that is hinted at counts as a segment, where it is the first of one.
  const recent = segments.slice(segments.at(-1)?.open ? -3 : -2)[0]?.sequence ?? 0;
  let sequence = first;
  const lines = text.split("\n").filter((line) => {
    const kept = !line.startsWith("#EXT-X-PART:") || sequence >= recent;
    if (line.startsWith("#EXTINF:")) sequence += 1;
    return kept;
  });
  return lines.join("\n");
}

test("a strict parser finds nothing wrong with playlists of 29.97 frames a second", async ({ program, settings, somebody }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "no browser looks at them");
  test.setTimeout(240_000);
  setOptions({ strictMode: true });
  const anna = await administrator(program, somebody);
  await anna.opens("/newsroom/channel");
  await anna.fills(/^Languages in which/, "es");
  await anna.page.locator("form[action$='/captions']").getByRole("button").click();
  const secret = await key(anna);
  const encoder = Encoder.sends(`rtmp://${settings["TRIBUNE_RTMP_LISTEN"]}/live/${secret}`, "30000/1001", 60);
  const at = (path: string) => `${program.origin}/channels/main/${path}`;
  const text = async (path: string) => {
    const answer = await fetch(at(path));
    return answer.ok ? answer.text() : "";
  };
  try {
    await expect.poll(() => text("master.m3u8"), { timeout: 60_000 }).toContain("240p/live.m3u8");
    await expect.poll(() => text("master.m3u8"), { timeout: 60_000 }).toContain("text-es/live.m3u8");
    await expect.poll(() => text("audio.m3u8"), { timeout: 60_000 }).toContain("audio-48k/live.m3u8");
    const master = await text("master.m3u8");
    for (const each of [master, await text("dvr.m3u8"), await text("audio.m3u8")]) parse(each);
    const renditions = [...(master + (await text("audio.m3u8"))).matchAll(/^(?:.*URI=")?([\w-]+)\/live\.m3u8/gm)];
    const names = [...new Set(renditions.map(([, name]) => name!))];
    expect(names).toEqual(expect.arrayContaining(["source", "sound", "240p", "text-es", "audio-96k", "audio-48k"]));

    // Each is followed as a player follows it, every part of it as soon as it is there.
    const until = Date.now() + SECONDS * 1000;
    const follow = async (name: string) => {
      let seen = 0;
      let before: Read | undefined;
      let query = "";
      while (Date.now() < until) {
        const now = await text(`${name}/live.m3u8${query}`);
        expect(now, `${name}${query}`).not.toBe("");
        parse(withRecentParts(now));
        const it = holds(now);
        if (before) {
          expect(it.sequence).toBeGreaterThanOrEqual(before.sequence);
          expect([it.target, it.partTarget]).toEqual([before.target, before.partTarget]);
        }
        const last = it.segments.at(-1)!;
        const next = last.open ? `_HLS_msn=${last.sequence}&_HLS_part=${last.parts.length}` : `_HLS_msn=${last.sequence + 1}&_HLS_part=0`;
        query = it.partTarget === undefined ? `?_HLS_msn=${last.sequence + 1}` : `?${next}`;
        before = it;
        seen += 1;
        if (seen % 5 === 0) parse(await text(`${name}/dvr.m3u8`));
      }
      return seen;
    };
    const seen = await Promise.all(names.map(follow));
    const parts = seen[names.indexOf("source")]!;
    expect(parts, "a playlist for each part of half a second").toBeGreaterThan(SECONDS);
    const source = read(await text("source/live.m3u8"));
    expect(source.partTarget, "rounded up, and never less").toBeCloseTo(0.5005, 4);
  } finally {
    await encoder.isCutOff();
  }
});
