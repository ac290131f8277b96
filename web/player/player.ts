// The channel's player: low-latency HLS where the browser has Media Source Extensions, its own HLS
// where it has that. Without scripts the page links to the streams.
import { begin } from "./channel.ts";
import { record } from "./recorded.ts";

document.querySelectorAll<HTMLElement>("[data-player]").forEach(begin);
document.querySelectorAll<HTMLElement>("[data-recorded]").forEach(record);
