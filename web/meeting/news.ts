// What has happened between two rooms, in sentences for who listens to the page. Pure.
import { say } from "./config.ts";
import { partyOf, type Room, seatOf } from "./protocol.ts";

/** In the order in which one would say it. */
export function news(room: Room, before: Room | null): string[] {
  if (!before) return [];
  const told: string[] = [];
  if (room.state === "ended" && before.state !== "ended") told.push(say("told-ended"));
  if (room.state === "under_way" && before.state === "planned") told.push(say("told-begun"));
  for (const seat of room.seats) {
    const was = seatOf(before, seat.id);
    const who = { name: seat.name || seat.title, party: partyOf(room, seat)?.name ?? "" };
    if (seat.id === room.you) continue;
    if (seat.state === "in" && was && was.state !== "in") told.push(say("told-in", who));
    if (was?.state === "in" && seat.state !== "in") told.push(say("told-out", who));
    if (seat.state === "in" && was?.state === "in" && seat.present !== was.present) told.push(say(seat.present ? "told-back" : "told-lost", who));
    if (seat.hand !== null && was && was.hand === null) told.push(say("told-hand", who));
    if (seat.screen && was && !was.screen) told.push(say("told-screen", who));
  }
  for (const { seat, name } of room.asking) {
    if (!before.asking.some((asks) => asks.seat === seat)) told.push(say("asks", { name }));
  }
  const floor = room.floor?.seat ?? null;
  if (floor !== (before.floor?.seat ?? null)) {
    const speaker = floor === null ? undefined : seatOf(room, floor);
    if (floor === room.you) told.push(say("told-floor-own"));
    else if (speaker) told.push(say("told-floor", { name: speaker.name }));
  }
  const on = room.agenda.find(({ state }) => state === "on");
  if (on && before.agenda.find(({ id }) => id === on.id)?.state !== "on") told.push(say("told-item", { title: on.title }));
  const [isOnAir, wasOnAir] = [room.on_air_since !== null, before.on_air_since !== null];
  if (isOnAir !== wasOnAir) told.push(say(isOnAir ? "is-on-air" : "is-off-air"));
  if (room.locked !== before.locked) told.push(say(room.locked ? "is-locked" : "is-unlocked"));
  if (room.photo && room.photo.id !== before.photo?.id) told.push(say("told-photo"));
  return told;
}
