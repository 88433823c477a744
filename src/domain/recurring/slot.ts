/** Weekday and time of a recurring step as people write them. */
import { isTimeZone, WEEKDAYS, type Weekday } from '#domain/base/calendar.ts';

/** Weekday, and where people named them the time on the wall (`10:00`) and its time zone. */
export interface Slot {
  readonly weekday: Weekday;
  readonly time: string | null;
  /** IANA name. `null`: that of the calendar. */
  readonly zone: string | null;
}

/** Sentence for a value that is no slot. */
export const SLOT_WANTED = 'needs a weekday and a time, such as Tue 10:00 Europe/Berlin';

const SLOT =
  /^(mon|tue|wed|thu|fri|sat|sun)(?:[a-z]{0,6}day)?s?[,.]?(?:\s+(?:at\s+)?(\d{1,2})[:.h](\d{2}))?(?:\s+\(?([A-Za-z][A-Za-z0-9_+/-]{1,40})\)?)?[.]?$/i;

/** Reads a slot. @example `readSlot('Tuesdays, 9:30')` is `{ weekday: 'tue', time: '09:30', zone: null }` */
export function readSlot(text: string): Slot | null {
  const [whole, day = '', hour, minute, zone = null] = SLOT.exec(text.replaceAll(/\s+/g, ' ').trim()) ?? [];
  if (whole === undefined) return null;
  const weekday = WEEKDAYS.find((known) => known === day.toLowerCase());
  if (weekday === undefined || (zone !== null && !isTimeZone(zone))) return null;
  if (hour === undefined || minute === undefined) return zone === null ? { weekday, time: null, zone } : null;
  if (Number(hour) > 23 || Number(minute) > 59) return null;
  return { weekday, time: `${hour.padStart(2, '0')}:${minute}`, zone };
}

/** Writes a slot as {@link readSlot} reads it. @example `Tue 10:00 Europe/Berlin` */
export function slotText({ weekday, time, zone }: Slot): string {
  const day = `${weekday.charAt(0).toUpperCase()}${weekday.slice(1)}`;
  return [day, time, zone].filter((part) => part !== null).join(' ');
}
