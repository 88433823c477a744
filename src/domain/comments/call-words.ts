/** The words of `/ps call`. */
import { isCalendarDate } from '#domain/base/calendar.ts';
import { readSlot, SLOT_WANTED, slotText } from '#domain/recurring/slot.ts';

/** What `/ps call` says, taken apart. */
export type CallWords =
  | { readonly what: 'moved'; readonly to: string; readonly time: string | null; readonly reason: string }
  | { readonly what: 'skip'; readonly reason: string }
  | { readonly what: 'slot'; readonly slot: string };

const TIME = /^(\d{1,2})[:.](\d{2})$/;

/** Reads the words behind `/ps call` but for reasons; a text says what is wrong with them. */
export function readCallWords(
  [word = '', ...rest]: readonly string[],
  plainWord: (word: string) => string,
):
  | string
  | { readonly what: 'slot'; readonly slot: string }
  | { readonly what: 'skip'; readonly rest: readonly string[] }
  | {
      readonly what: 'moved';
      readonly to: string;
      readonly time: string | null;
      readonly rest: readonly string[];
    } {
  switch (plainWord(word)) {
    case 'skip':
      return { what: 'skip', rest };
    case 'slot': {
      const slot = readSlot(rest.join(' '));
      if (slot === null || slot.time === null) return `a slot ${SLOT_WANTED}`;
      return { what: 'slot', slot: slotText(slot) };
    }
    case 'moved':
    case 'move': {
      const [day = '', ...others] = rest[0] === 'to' ? rest.slice(1) : rest;
      const to = plainWord(day);
      if (!isCalendarDate(to)) return 'it needs a date that exists, written YYYY-MM-DD';
      const time = timeOf(others[0] ?? '');
      return { what: 'moved', to, time, rest: time === null ? others : others.slice(1) };
    }
    default:
      return 'it needs one of: moved, skip, slot';
  }
}

function timeOf(word: string): string | null {
  const [, hour, minute] = TIME.exec(word) ?? [];
  if (hour === undefined || minute === undefined || Number(hour) > 23 || Number(minute) > 59) return null;
  return `${hour.padStart(2, '0')}:${minute}`;
}
