// Who is in a closed meeting, and what of a commit the others take.
import type { Proposal } from "ts-mls";
import { type Bytes, joined, owned, same, sha256, utf8 } from "./bytes.ts";

/** Under this id every member must hold the meeting's secret. */
export const PSK_ID = utf8("tribune meeting");

/** What a member says of itself, under its signature. */
export interface Named {
  seat: string;
  party: string;
  name: string;
}

export interface Member extends Named {
  leaf: number;
  identity: Bytes;
}

/** A key package's owner. */
export type Newcomer = Named & { identity: Bytes };

export function credentialOf({ seat, party, name }: Named): Bytes {
  return utf8([seat, party, name].map((part) => part.replaceAll("\n", " ")).join("\n"));
}

/** @throws when it is not as a meeting has it. */
export function readCredential(identity: Uint8Array): Named {
  const [seat, party, name, ...more] = new TextDecoder("utf-8", { fatal: true }).decode(identity).split("\n");
  if (!seat || party === undefined || name === undefined || more.length > 0) {
    throw new Error("A member's credential names no seat.");
  }
  return { seat, party, name };
}

/** What a proposal asks for, once its key package has been read. */
export type Asked = { add: Newcomer } | { remove: number } | { psk: Uint8Array } | { other: Proposal["proposalType"] };

/** Why the others do not take a commit, or null if they do. */
export function objection(before: Member[], from: number, asked: Asked[], isChair: (seat: string) => boolean): string | null {
  const sender = before.find((member) => member.leaf === from);
  if (!sender) return "A commit came from nobody who is in.";
  const adds: Newcomer[] = [];
  const removes: Member[] = [];
  let psk = false;
  for (const it of asked) {
    if ("other" in it) return `A commit asked for “${it.other}”, which a meeting does not know.`;
    if ("add" in it) adds.push(it.add);
    else if ("psk" in it) {
      if (psk || !same(it.psk, PSK_ID)) return "A commit brought a secret that is not the meeting's.";
      psk = true;
    } else {
      const member = before.find(({ leaf }) => leaf === it.remove);
      if (!member) return "A commit removes nobody.";
      removes.push(member);
    }
  }
  if (adds.length > 0 && !psk) return "A commit adds somebody without the meeting's secret.";
  const stay = before.filter((member) => !removes.includes(member));
  for (const [at, add] of adds.entries()) {
    const others: Newcomer[] = [...stay, ...adds.slice(0, at)];
    if (others.some(({ seat }) => seat === add.seat)) return "A commit gives one seat to two.";
    if (others.some(({ identity }) => same(identity, add.identity))) return "A commit adds a key that is in already.";
  }
  if (adds.length + removes.length === 0 || isChair(sender.seat)) return null;
  const [back, gone] = [adds[0], removes[0]];
  const bringsBack = adds.length === 1 && removes.length === 1 && back && gone;
  if (bringsBack && back.seat === gone.seat && same(back.identity, gone.identity)) return null;
  return "Only a chair lets somebody in, or removes somebody.";
}

/** Whether each seat and each key is there once. */
export function areDistinct(members: Member[]): boolean {
  return members.every((one, at) =>
    members.slice(at + 1).every((other) => one.seat !== other.seat && !same(one.identity, other.identity)),
  );
}

/** Six groups of five digits, the same for all who have the same members before them. */
export async function membershipCode(members: Member[]): Promise<string> {
  const sorted = members.slice().sort((one, other) => (one.seat < other.seat ? -1 : 1));
  const digest = await sha256(joined(...sorted.flatMap(({ seat, identity }) => [utf8(seat), identity])));
  const view = new DataView(digest.buffer);
  return Array.from({ length: 6 }, (_, at) => String(view.getUint32(at * 4) % 100_000).padStart(5, "0")).join(" ");
}

/** Who brings back a seat whose page was loaded again: the first chair that is present, else the first. */
export function bringsBack(members: Member[], isPresent: (seat: string) => boolean, isChair: (seat: string) => boolean): Member | undefined {
  const present = members.filter(({ seat }) => isPresent(seat)).sort((one, other) => one.leaf - other.leaf);
  return present.find(({ seat }) => isChair(seat)) ?? present[0];
}

/** A copy that nobody else changes. */
export function newcomer(named: Named, identity: Uint8Array): Newcomer {
  return { ...named, identity: owned(identity) };
}
