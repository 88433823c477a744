/** Steps that have less time than usual, because their work is of use only until a day that is near. */
import type { Calendar } from '#domain/base/calendar.ts';
import { type AnchorDates, anchorDates, dueDates } from './due-dates.ts';
import type { Step } from './process.ts';

/** A step with less time than usual. */
export interface ShortStep {
  readonly step: string;
  readonly due: string;
  /** Due date that its rules give where nothing is near. */
  readonly usual: string;
}

/** Steps that must be done before one day, with less time than usual. */
export interface ShortNotice {
  /** What the day is. @example `sow_start` */
  readonly anchor: string;
  readonly on: string;
  /** In the order of the steps. */
  readonly steps: readonly ShortStep[];
}

/** Finds steps of an engagement whose due date `not_after` has moved forward, by the day that they come before. */
export function shortNotices(
  steps: readonly Step[],
  sow: AnchorDates,
  calendar: Calendar,
): readonly ShortNotice[] {
  const anchors = new Set(steps.flatMap(({ not_after: bound }) => bound?.from ?? []));
  if (anchors.size === 0) return [];
  const dues = dueDates(steps, sow, calendar);
  const usual = dueDates(
    steps.map((step) => ({ ...step, not_after: undefined })),
    sow,
    calendar,
  );
  const dates = anchorDates(sow);
  return [...anchors].flatMap((anchor): ShortNotice[] => {
    const on = dates[anchor] ?? null;
    const short = steps.flatMap(({ id, not_after: bound }): ShortStep[] => {
      const [due, before] = [dues.get(id) ?? null, usual.get(id) ?? null];
      if (bound?.from !== anchor || due === null || before === null || before <= due) return [];
      return [{ step: id, due, usual: before }];
    });
    return on === null || short.length === 0 ? [] : [{ anchor, on, steps: short }];
  });
}

const WORDS: Readonly<Record<string, string>> = {
  closed_won: 'the deal was won',
  sow_signed: 'the SOW is signed',
  sow_start: 'the start is',
  sow_end: 'the end is',
  opened: 'the deal was opened',
  expected_close: 'the close is expected',
};

/**
 * The notice as one sentence, and what to do.
 *
 * @param titleOf title of a step, as the place where it is shown wants it
 * @example `the start is on 2026-12-03; due before it, in less time than usual: Planning meeting (2026-12-01 instead of 2026-12-03). Begin at once, or agree on later dates with the customer`
 */
export function shortNoticeText(
  { anchor, on, steps }: ShortNotice,
  titleOf: (step: string) => string,
): string {
  const named = steps.map(({ step, due, usual }) => `${titleOf(step)} (${due} instead of ${usual})`);
  return `${WORDS[anchor] ?? anchor} on ${on}; due before it, in less time than usual: ${named.join(', ')}. Begin at once, or agree on later dates with the customer`;
}
