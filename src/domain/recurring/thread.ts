/** What the first note of a thread is known by, and the notice that is written into it later. */

import { isCalendarDate } from '#domain/base/calendar.ts';

/** Line by which the thread of an occurrence is found again. @example `<!-- procession:occurrence project-calls 2027-01-26 -->` */
export function occurrenceMarker(step: string, id: string): string {
  return `<!-- procession:occurrence ${step} ${id} -->`;
}

const MARKER = /^<!-- procession:occurrence [a-z0-9/-]+ (\d{4}-\d{2}-\d{2}) -->$/m;

/** Id of the occurrence that a first note belongs to; `null`: it is none, or somebody has edited the line into no date. */
export function markedOccurrence(body: string): string | null {
  const id = MARKER.exec(body)?.[1] ?? null;
  return id !== null && isCalendarDate(id) ? id : null;
}

/** Reasons for a notice, with the words it begins with. */
const NOTICES = {
  nudge: 'Minutes are missing.',
  'held over': 'Held over.',
  skipped: 'Called off.',
  moved: 'Moved.',
  'goes on elsewhere': 'Twice the same.',
} as const;
export type NoticeKind = keyof typeof NOTICES;

/** Whether a first note carries this notice. */
export function hasNotice(body: string, kind: NoticeKind): boolean {
  return body.includes(`\n**${NOTICES[kind]}**`);
}

/** The first note with a notice below its heading, in the place of an earlier one. */
export function withNotice(body: string, kind: NoticeKind, text: string): string {
  const lines = body.split('\n');
  const heading = lines.findIndex((line) => line.startsWith('## '));
  const rest = lines.slice(heading + 1);
  const isNotice = Object.values(NOTICES).some((words) => rest[1]?.startsWith(`**${words}**`) === true);
  return [
    ...lines.slice(0, heading + 1),
    '',
    `**${NOTICES[kind]}** ${text}`,
    ...(isNotice ? rest.slice(2) : rest),
  ].join('\n');
}
