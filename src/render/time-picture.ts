/** One bar per step on a common line of time: when it could begin, when it was done, when it is due. */
import { html, raw } from 'hono/html';
import { daysBetween } from '#domain/base/calendar.ts';
import type { EngagementReport, ReportedStep } from '#domain/portfolio/engagement-report.ts';
import { shortDay } from '#domain/recurring/day-words.ts';
import type { Html } from './html.ts';
import { cssName } from './state-signs.ts';

/** Span from the first to the last day of anything that is shown. */
export interface TimeLine {
  readonly first: string;
  readonly last: string;
  readonly today: string;
}

/** Finds the span of an engagement, today included. */
export function timeLine({ steps, closedWonOn }: EngagementReport, today: string): TimeLine {
  const days = [
    closedWonOn ?? today,
    today,
    ...steps.flatMap(({ since, due, doneOn, occurrences }) => [
      since?.at.slice(0, 10),
      due,
      doneOn,
      ...(occurrences?.days ?? []).map(({ on }) => on),
    ]),
  ]
    .filter((day) => typeof day === 'string')
    .toSorted();
  return { first: days[0] ?? today, last: days.at(-1) ?? today, today };
}

/** Places are percentages, so that the picture fits any width undistorted. */
export function timeBar(step: ReportedStep, line: TimeLine): Html {
  const { since, due, doneOn, state, daysLate, occurrences } = step;
  const days = occurrences?.days ?? [];
  const now = place(line.today, line);
  const from = since === null ? null : place(since.at.slice(0, 10), line);
  const to = doneOn === null ? now : place(doneOn, line);
  const colour = daysLate > 0 ? 'late' : cssName(state);
  return html`<svg class="bar ${colour}" height="18" aria-hidden="true" focusable="false"><line class="base" x1="0" x2="100%" y1="50%" y2="50%"/>${
    from === null
      ? ''
      : html`<rect class="span" x="${percent(from)}" width="${percent(Math.max(to - from, 1))}" y="${days.length > 0 ? 8 : 5}" height="${days.length > 0 ? 2 : 8}" rx="${days.length > 0 ? 0 : 2}"/>`
  }<line class="now" x1="${percent(now)}" x2="${percent(now)}" y1="0" y2="100%"/>${
    due === null
      ? ''
      : html`<svg x="${percent(place(due, line))}" overflow="visible"><path class="due" d="M0 4l5 5-5 5-5-5z"/></svg>`
  }${days.map(
    ({ on, fate }) =>
      html`<svg x="${percent(place(on, line))}" y="9" overflow="visible"><title>${shortDay(on)}: ${fate}</title>${raw(DOTS[fate])}</svg>`,
  )}</svg>`;
}

type Fate = NonNullable<NonNullable<ReportedStep['occurrences']>['days']>[number]['fate'];

/** Told apart by shape, around the point where they stand. */
const DOTS: Readonly<Record<Fate, string>> = {
  held: '<circle class="dot full" r="4"/>',
  open: '<circle class="dot" r="3.4"/>',
  'not held': '<path class="dot" d="M-3.5 -3.5l7 7M-3.5 3.5l7 -7"/>',
  'called off': '<path class="dot" d="M-3.5 -3.5l7 7M-3.5 3.5l7 -7"/>',
  'held over': '<path class="dot wide" d="M-4 0h8"/>',
  'no minutes': '<path class="dot lack" d="M0 -5l5 9h-10z"/>',
  missed: '<path class="dot lack full" d="M0 -5l5 9h-10z"/>',
};
const DOT_WORDS: readonly (readonly [Fate, string])[] = [
  ['held', 'held, with minutes'],
  ['open', 'minutes not due yet'],
  ['no minutes', 'minutes are missing'],
  ['missed', 'missed: no thread was opened'],
  ['called off', 'called off, or not held'],
  ['held over', 'held over: the engagement was on hold'],
];

/** Explains the dots; nothing where no step has any. */
export function dotLegend({ steps }: EngagementReport): Html {
  if (steps.every(({ occurrences }) => (occurrences?.days ?? []).length === 0)) return html``;
  return html`<ul class="legend" aria-label="Dots">${DOT_WORDS.map(
    ([fate, words]) =>
      html`<li><svg width="14" height="14" viewBox="-7 -7 14 14" class="bar-dot" aria-hidden="true" focusable="false">${raw(DOTS[fate])}</svg> ${words}</li>`,
  )}</ul>`;
}

/** 2 to 98: signs at the ends are not cut off. */
function place(day: string, { first, last }: TimeLine): number {
  const length = daysBetween(first, last);
  return length === 0 ? 50 : 2 + (96 * daysBetween(first, day)) / length;
}

function percent(value: number): string {
  return `${Math.round(value * 100) / 100}%`;
}
