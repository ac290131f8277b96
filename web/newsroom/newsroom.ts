/* What the newsroom's pages do beyond their forms. Each part attaches to `data-` attributes. */
import { askFirst } from "./ask_first.ts";
import { captioner } from "./captioner.ts";
import { copyLinks } from "./copy.ts";
import { focalPoint } from "./focal.ts";
import { showHealth } from "./health.ts";
import { keepLive } from "./live.ts";
import { orderByHand } from "./order.ts";
import { passkeyNew, passkeySignIn } from "./passkeys.ts";
import { clearByKeys } from "./queue.ts";
import { stepsWhenSaved } from "./steps.ts";
import { uploadPhotos } from "./upload.ts";

askFirst();
captioner();
clearByKeys();
copyLinks();
focalPoint();
keepLive();
orderByHand();
passkeyNew();
passkeySignIn();
showHealth();
stepsWhenSaved();
uploadPhotos();
document.querySelector<HTMLElement>("[data-trouble]")?.focus();
