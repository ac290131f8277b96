// How times and lengths are written. Pure.
import type { Item, Party, Room, Seat } from "./protocol.ts";

/** 0:07, 12:30, 1:02:03. */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number: number) => String(number).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** 18:08, in the meeting's zone. */
export function timeIn(zone: string, at: number, language: string): string {
  return format(language, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

export function dayIn(zone: string, at: number, language: string): string {
  return format(language, { timeZone: zone, day: "numeric", month: "long", year: "numeric" }).format(at);
}

/** "Moscow" of "Europe/Moscow". */
export function cityOf(zone: string): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}

/** How long an item has been dealt with by now. */
export function spentOn(item: Item, now: number): number {
  return item.spent + (item.began_at === null ? 0 : Math.max(0, now - item.began_at));
}

/** How long a party has spoken by now. */
export function spokenBy(party: Party, room: Room, now: number): number {
  const { floor } = room;
  const speaks = floor && room.seats.find(({ id }) => id === floor.seat)?.party === party.id;
  return party.spoken + (speaks ? Math.max(0, now - floor.since) : 0);
}

/** Those who want to speak, in the order in which they asked. */
export function queue(room: Room): Seat[] {
  return room.seats.filter(({ hand, state }) => hand !== null && state === "in").sort((one, other) => one.hand! - other.hand!);
}

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(language, options);
  } catch {
    // A zone or language that this browser does not know.
    return new Intl.DateTimeFormat("en", { ...options, timeZone: "UTC" });
  }
}
