/** Hours as people read them. */
import { shortDay } from '#domain/recurring/day-words.ts';
import type { HoursReading } from './reading.ts';

/**
 * Says how many hours are used, with source and day.
 *
 * @param show makes the name of the source fit for where it stands
 * @example `312.5 of 480 h (65 %), time tool, 30 Apr`
 */
export function hoursText(
  reading: Omit<HoursReading, 'level' | 'exhaustedOn'>,
  show: (name: string) => string = (name) => name,
): string {
  const { scoped, spent, percent, source, on, isStale, unbilled } = reading;
  if (source === null || on === null) return `none recorded yet, of ${scoped ?? 0} h`;
  const amount = scoped === null ? `${spent} h` : `${spent} of ${scoped} h`;
  const share = percent === null ? '' : ` (${percent} %)`;
  const stale = isStale ? ', stale' : '';
  const free = unbilled > 0 ? `; ${unbilled} h of them not billable` : '';
  return `${amount}${share}, ${show(source)}, ${dayText(on)}${stale}${free}`;
}

/** `30 Apr` */
function dayText(date: string): string {
  return shortDay(date).slice('Fri '.length);
}
