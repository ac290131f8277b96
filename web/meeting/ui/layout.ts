// Where tiles stand. Pure.
import type { Layer } from "../protocol.ts";

const RATIO = 16 / 9;

/** The width at which this many tiles fill a place best. */
export function tileWidth(count: number, width: number, height: number, gap: number): number {
  let best = 0;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const across = (width - gap * (columns - 1)) / columns;
    const down = ((height - gap * (rows - 1)) / rows) * RATIO;
    best = Math.max(best, Math.min(across, down));
  }
  return Math.max(0, Math.floor(best));
}

/** The smallest layer that looks well at this height, in the screen's own dots. */
export function layerFor(height: number): Layer {
  if (height <= 0) return "off";
  if (height <= 220) return "q";
  return height <= 440 ? "h" : "f";
}
