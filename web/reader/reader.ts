// What a reader's page gains where scripts run. Everything works without it.
import { offerCopying } from "./copy_link.ts";
import { offerDeviceSharing } from "./device_share.ts";
import { discuss } from "./discussion/discussion.ts";

for (const share of document.querySelectorAll<HTMLElement>("[data-share]")) {
  offerDeviceSharing(share);
  offerCopying(share);
}

document.querySelectorAll<HTMLElement>(".discussion").forEach(discuss);
