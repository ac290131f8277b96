import Hls, { ErrorTypes, Events, type ErrorData } from "hls.js";
import { timelineController } from "./timeline.ts";

/** Seconds behind the present from which on the way back to it is offered. */
const LATE = 15;
/** A media error is mended so often in a row before one gives up. */
const MENDED_MAX = 3;

/** What a stream tells whoever plays it. */
export interface Listener {
  /** The heights of picture that there are, the largest first. */
  found(heights: number[]): void;
  /** The names of the captions that it was loaded with. */
  captioned(names: string[]): void;
  plays(): void;
  waits(): void;
  /** Whether one is far behind the present. */
  late(late: boolean): void;
  /** There is nothing to play any more. */
  ended(): void;
  cannot(): void;
}

/** A stream that plays. */
export interface Playing {
  /** Shows the picture of this height, or as the line allows. */
  prefer(quality: string): void;
  /** Goes to the present moment. */
  toEdge(): void;
  /** How far behind the present one is, in seconds. */
  behind(): number;
  /** The moment that is its present, in milliseconds since 1970. */
  present(): number;
  /** How far back this stream reaches, in seconds. */
  reach(): number;
  /** Goes to so many seconds behind the present. */
  goBack(behind: number): void;
  end(): void;
}

/**
 * Plays the HLS stream at an address: so many seconds behind the present, or as the stream says; it
 * begins `from` further back where that is said.
 */
export function play(
  video: HTMLVideoElement,
  address: string,
  listener: Listener,
  behind?: number,
  from?: number,
): Playing {
  const stop = new AbortController();
  const on = (event: string, hear: () => void) =>
    video.addEventListener(event, hear, { signal: stop.signal });
  on("loadeddata", () => listener.plays());
  on("playing", () => listener.plays());
  on("waiting", () => listener.waits());
  on("ended", () => listener.ended());
  const stream = Hls.isSupported() ? throughScript(video, address, listener, behind) : itself(video, address, listener, on);
  if (from !== undefined) {
    video.addEventListener("loadedmetadata", () => stream.goBack(from), { once: true, signal: stop.signal });
  }
  on("timeupdate", () => listener.late(stream.behind() > LATE));
  return {
    ...stream,
    // Until something has come, one is where one wants to be.
    behind: () => (video.readyState === HTMLMediaElement.HAVE_NOTHING ? (from ?? 0) : stream.behind()),
    end: () => {
      stop.abort();
      stream.end();
    },
  };
}

function throughScript(video: HTMLVideoElement, address: string, listener: Listener, behind?: number): Playing {
  const hls = new Hls({
    // Catches up gently rather than to stay ever later (hls.js plays no faster by itself).
    maxLiveSyncPlaybackRate: 1.1,
    backBufferLength: 30,
    // A worker would need a blob as a script, which the page's policy forbids.
    enableWorker: false,
    timelineController,
    startLevel: -1,
    ...(behind !== undefined && { liveSyncDuration: behind }),
  });
  let mended = 0;
  hls.on(Events.MANIFEST_LOADED, (_, { captions = [], subtitles = [] }) => {
    listener.captioned([...captions, ...subtitles].map(({ name }) => name));
  });
  hls.on(Events.MANIFEST_PARSED, (_, { levels }) => {
    const heights = levels.map((level) => level.height).filter((height) => height > 0);
    listener.found([...new Set(heights)].sort((a, b) => b - a));
  });
  hls.on(Events.FRAG_BUFFERED, () => (mended = 0));
  hls.on(Events.ERROR, (_, error: ErrorData) => {
    if (!error.fatal) return;
    if (error.type === ErrorTypes.MEDIA_ERROR && mended < MENDED_MAX) {
      mended += 1;
      hls.recoverMediaError();
    } else if (error.type === ErrorTypes.NETWORK_ERROR) {
      listener.ended();
    } else {
      listener.cannot();
    }
  });
  hls.loadSource(address);
  hls.attachMedia(video);
  return {
    prefer: (quality) => {
      hls.nextLevel = hls.levels.findIndex((level) => String(level.height) === quality);
    },
    toEdge: () => {
      if (hls.liveSyncPosition !== null) video.currentTime = hls.liveSyncPosition;
    },
    behind: () => {
      const list = hls.latestLevelDetails;
      return list ? list.edge + list.age - video.currentTime : 0;
    },
    present: () => {
      const list = hls.latestLevelDetails;
      const last = list?.fragments.at(-1);
      // The present is later than its last segment began, by what has come of the next since.
      return last?.programDateTime ? last.programDateTime + (list!.edge + list!.age - last.start) * 1_000 : Date.now();
    },
    reach: () => {
      const list = hls.latestLevelDetails;
      return list ? list.edge - list.fragmentStart : 0;
    },
    goBack: (behind) => {
      const list = hls.latestLevelDetails;
      if (list) video.currentTime = Math.max(list.fragmentStart, list.edge - behind);
    },
    end: () => hls.destroy(),
  };
}

/** The browser's own HLS, which chooses among renditions itself. */
function itself(
  video: HTMLVideoElement,
  address: string,
  listener: Listener,
  on: (event: string, hear: () => void) => void,
): Playing {
  const present = () => (video.seekable.length > 0 ? video.seekable.end(video.seekable.length - 1) : 0);
  on("loadedmetadata", () => listener.found([]));
  on("error", () => listener.ended());
  if (video.canPlayType("application/vnd.apple.mpegurl") === "") listener.cannot();
  else video.src = address;
  return {
    prefer: () => {},
    toEdge: () => (video.currentTime = present()),
    behind: () => Math.max(0, present() - video.currentTime),
    present: () => dated(video, present()),
    reach: () => (video.seekable.length > 0 ? present() - video.seekable.start(0) : 0),
    goBack: (behind) => (video.currentTime = Math.max(0, present() - behind)),
    end: () => {
      video.removeAttribute("src");
      video.load();
    },
  };
}

/** The moment at a place of the stream; as good as now, in a browser that does not know it. */
function dated(video: HTMLVideoElement & { getStartDate?(): Date }, place: number): number {
  const began = video.getStartDate?.().getTime() ?? Number.NaN;
  return Number.isNaN(began) ? Date.now() : began + place * 1_000;
}
