// What a reader's page gains where scripts run. Everything works without it.
import { offerCopying } from "./copy_link.ts";
import { offerDeviceSharing } from "./device_share.ts";

for (const share of document.querySelectorAll<HTMLElement>("[data-share]")) {
  offerDeviceSharing(share);
  offerCopying(share);
}
