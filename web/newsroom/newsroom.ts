/* What the newsroom's pages do beyond their forms. Each part attaches to `data-` attributes. */
import { askFirst } from "./ask_first.ts";
import { copyLinks } from "./copy.ts";
import { orderByHand } from "./order.ts";
import { passkeyNew, passkeySignIn } from "./passkeys.ts";
import { stepsWhenSaved } from "./steps.ts";
import { uploadPhotos } from "./upload.ts";

askFirst();
copyLinks();
orderByHand();
passkeyNew();
passkeySignIn();
stepsWhenSaved();
uploadPhotos();
document.querySelector<HTMLElement>("[data-trouble]")?.focus();
