// What the page of a reader's account gains where scripts run: passkeys, which need one.
import { passkeyNew, passkeySignIn } from "../newsroom/passkeys.ts";

passkeyNew();
passkeySignIn();
