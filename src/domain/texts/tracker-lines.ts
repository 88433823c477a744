/** How a recurring step goes, in one line: on its issue, and in the epic. */

import type { StepStatus } from '#domain/assess/step-status.ts';
import { type RunningTracker, runningTrackers } from '#domain/assess/trackers.ts';
import { compareText } from '#domain/base/compare-text.ts';
import { shortDay } from '#domain/recurring/day-words.ts';
import type { TrackerMemory } from '#domain/recurring/memory.ts';
import { nextOccurrence, type Occurrence, occurrencesUntil } from '#domain/recurring/schedule.ts';
import { stepReference } from '#domain/text/references.ts';
import type { BlockContext } from './block-context.ts';

/** Line of one tracker, for its issue; none where it has not begun. @example `Next: Tue 2 Feb, opens Mon 1 Feb · 14 held, 4 held over, 0 missed · minutes 13 of 14` */
export function trackerLine(key: string, context: BlockContext): readonly string[] {
  const running = runningTrackers(context.assessment, context.settings).find(
    ({ status }) => status.key === key,
  );
  if (running === undefined) return [];
  const { memory, status } = running;
  const address =
    memory.lastMinutes === null ? null : `${status.issue?.url ?? ''}#note_${memory.lastMinutes.note}`;
  const minutes = address === null ? [] : [`[last minutes](${address})`];
  return [[...nextText(running, true), ...counts(memory), ...minutes].join(' · ')];
}

/** Whether threads of a step are still to be opened: nothing of it is finished yet. */
export function isRunningTracker({ key }: Pick<StepStatus, 'key'>, context: BlockContext): boolean {
  return runningTrackers(context.assessment, context.settings).some(
    ({ status, isOpen }) => status.key === key && isOpen,
  );
}

/** How the occurrences of a step have gone, as others script against it. */
export interface OccurrencesSeen {
  readonly held: number;
  readonly heldOver: number;
  readonly missed: number;
  /** Threads with minutes. */
  readonly minutes: number;
  /** Day of the next one; `null`: none is to come. */
  readonly next: string | null;
}

/** Counts the occurrences of a step; `null` where it has none, or has not begun. */
export function occurrencesSeen(key: string, context: BlockContext): OccurrencesSeen | null {
  const running = runningTrackers(context.assessment, context.settings).find(
    ({ status }) => status.key === key,
  );
  if (running === undefined) return null;
  const { memory, tracker, isOpen } = running;
  const { held, heldOver, missed, minutes, last } = memory;
  const next = isOpen ? (nextOccurrence(tracker, last)?.date ?? null) : null;
  return { held, heldOver, missed, minutes, next };
}

/** One occurrence for a line of time. */
export interface OccurrenceDay {
  /** The day it takes place, or would have. */
  readonly on: string;
  /** `open`: its thread is open, and its minutes are not overdue. */
  readonly fate: 'held' | 'not held' | 'no minutes' | 'open' | 'held over' | 'called off' | 'missed';
}

/** Of a step that occurs every day, the latest: three months of working days. */
const MOST_DAYS = 65;

/** The occurrences of a step that are decided on, the earliest first; `null` where it has none, or has not begun. */
export function occurrenceDays(key: string, context: BlockContext): readonly OccurrenceDay[] | null {
  const running = runningTrackers(context.assessment, context.settings).find(
    ({ status }) => status.key === key,
  );
  if (running === undefined) return null;
  const { memory, tracker } = running;
  if (memory.last === null) return [];
  return occurrencesUntil(tracker, memory.last)
    .filter(({ fate }) => fate !== 'day off')
    .map((occurrence) => ({
      on: occurrence.date,
      fate: fateOf(occurrence, running, context.assessment.today),
    }))
    .toSorted((a, b) => compareText(a.on, b.on))
    .slice(-MOST_DAYS);
}

function fateOf(
  { id, fate, nudgeOn }: Occurrence,
  { memory, tracker }: RunningTracker,
  today: string,
): OccurrenceDay['fate'] {
  if (fate !== 'planned') return fate === 'skipped' ? 'called off' : 'held over';
  const odd = memory.odd[id];
  if (odd !== 'no minutes') return odd ?? 'held';
  if (nudgeOn > today) return 'open';
  return tracker.recurs.minutes === 'none' ? 'held' : 'no minutes';
}

/** The trackers of an engagement, for its epic; nothing where no step has occurrences. */
export function trackersList(context: BlockContext): readonly string[] {
  const running = runningTrackers(context.assessment, context.settings);
  if (running.length === 0) return [];
  const lines = running.map((tracker) => {
    const { status, memory } = tracker;
    const parts = [...nextText(tracker, false), ...counts(memory), ...saidText(tracker)].join(' · ');
    return `- ${stepReference(status.key)} ${status.step.title}: ${parts}`;
  });
  return ['**Recurring**', '', ...lines, ''];
}

function nextText({ tracker, memory, isOpen }: RunningTracker, withOpening: boolean): readonly string[] {
  if (!isOpen) return [];
  const next = nextOccurrence(tracker, memory.last);
  if (next === null) return [];
  const opens = withOpening ? `, opens ${shortDay(next.opensOn)}` : '';
  return [`${withOpening ? 'Next' : 'next'}: ${shortDay(next.date)}${opens}`];
}

function counts({ held, notHeld, heldOver, missed, skipped, minutes }: TrackerMemory): readonly string[] {
  const fates = [
    `${held} held`,
    ...(notHeld === 0 ? [] : [`${notHeld} not held`]),
    `${heldOver} held over`,
    ...(skipped === 0 ? [] : [`${skipped} called off`]),
    `${missed} missed`,
  ].join(', ');
  return [fates, `minutes ${minutes} of ${held + notHeld}`];
}

/** What the last minutes say of the health is a proposal: people set the health. */
function saidText({ memory: { health }, status: { step } }: RunningTracker): readonly string[] {
  if (health === null) return [];
  const name = step.recurs?.name ?? 'Update';
  return [`${name} of ${shortDay(health.id)} says **${health.value}** (\`${health.by}\`)`];
}
