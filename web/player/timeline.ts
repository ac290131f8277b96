import Hls, { type FragLoadingData, type HlsConfig } from "hls.js";

/** What of hls.js's keeper of captions is of concern here; it keeps these for itself. */
interface Timeline {
  lastSn: number;
  lastPartIndex: number;
  lastCc: number;
  onFragLoading(event: string, data: FragLoadingData): void;
}

const Original = Hls.DefaultConfig.timelineController as unknown as new (hls: Hls) => Timeline;

/**
 * hls.js (1.7.4) takes each further part of a segment for a gap in the stream, and then forgets the
 * captions of CEA-608 that are just being written: with low latency there would never be any.
 */
class ThroughParts extends Original {
  override onFragLoading(event: string, data: FragLoadingData): void {
    const { frag, part } = data;
    const follows = frag.type === "main" && frag.sn === this.lastSn && frag.cc === this.lastCc;
    if (follows && part?.index === this.lastPartIndex + 1) this.lastPartIndex = part.index;
    else super.onFragLoading(event, data);
  }
}

export const timelineController = ThroughParts as unknown as NonNullable<HlsConfig["timelineController"]>;
