/** One bar per step on a common line of time: when it could begin, when it was done, when it is due. */
import { html } from 'hono/html';
import { daysBetween } from '#domain/base/calendar.ts';
import type { EngagementReport, ReportedStep } from '#domain/portfolio/engagement-report.ts';
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
    ...steps.flatMap(({ since, due, doneOn }) => [since?.at.slice(0, 10), due, doneOn]),
  ]
    .filter((day) => typeof day === 'string')
    .toSorted();
  return { first: days[0] ?? today, last: days.at(-1) ?? today, today };
}

/** Places are percentages, so that the picture fits any width undistorted. */
export function timeBar(step: ReportedStep, line: TimeLine): Html {
  const { since, due, doneOn, state, daysLate } = step;
  const now = place(line.today, line);
  const from = since === null ? null : place(since.at.slice(0, 10), line);
  const to = doneOn === null ? now : place(doneOn, line);
  const colour = daysLate > 0 ? 'late' : cssName(state);
  return html`<svg class="bar ${colour}" height="18" aria-hidden="true" focusable="false"><line class="base" x1="0" x2="100%" y1="50%" y2="50%"/>${
    from === null
      ? ''
      : html`<rect class="span" x="${percent(from)}" width="${percent(Math.max(to - from, 1))}" y="5" height="8" rx="2"/>`
  }<line class="now" x1="${percent(now)}" x2="${percent(now)}" y1="0" y2="100%"/>${
    due === null
      ? ''
      : html`<svg x="${percent(place(due, line))}" overflow="visible"><path class="due" d="M0 4l5 5-5 5-5-5z"/></svg>`
  }</svg>`;
}

/** 2 to 98: signs at the ends are not cut off. */
function place(day: string, { first, last }: TimeLine): number {
  const length = daysBetween(first, last);
  return length === 0 ? 50 : 2 + (96 * daysBetween(first, day)) / length;
}

function percent(value: number): string {
  return `${Math.round(value * 100) / 100}%`;
}
