/* The page on which a meeting's invitations are made. */
import { makeInvitations } from "./invite.ts";

void makeInvitations();
