/** Recurring steps with occurrences: the facts that their schedules follow from, and what closing them takes. */

import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { closedOn } from '#domain/engagement/closed-on.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Step } from '#domain/process/process.ts';
import { newMemory, type TrackerMemory } from '#domain/recurring/memory.ts';
import type { Recurs } from '#domain/recurring/recurs.ts';
import { type SlotFrom, slotCountsFrom, type Tracker } from '#domain/recurring/schedule.ts';
import { readSlot, slotText } from '#domain/recurring/slot.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import type { FilledCell } from './filled-cells.ts';
import type { GateReading } from './gates.ts';
import type { Assessment, StepStatus } from './step-status.ts';

/** Facts that memories of trackers begin from. */
interface Beginning {
  readonly settings: Settings;
  readonly rulings: Rulings;
  readonly today: string;
  /** The day the engagement was launched. */
  readonly launchedOn: string;
  readonly recorded: ReadonlyMap<StepKey, TrackerMemory>;
}

/** Memories of all trackers that have begun; the weekday and time that people said last are in them. */
export function trackerMemories(
  statuses: readonly StepStatus[],
  facts: Beginning,
): ReadonlyMap<StepKey, TrackerMemory> {
  const memories = new Map(facts.recorded);
  for (const status of statuses) {
    const { recurs } = status.step;
    const memory = recurs === undefined ? null : (memories.get(status.key) ?? begun(status, statuses, facts));
    if (recurs !== undefined && memory !== null)
      memories.set(status.key, withSaidSlots(status, recurs, memory, facts));
  }
  return memories;
}

function begun(
  { step, after }: StepStatus,
  statuses: readonly StepStatus[],
  { settings, today, launchedOn }: Beginning,
): TrackerMemory | null {
  const before = after.flatMap(({ step: id }) => statuses.filter(({ key }) => key === id));
  if (before.length < after.length || before.some(({ done }) => !done)) return null;
  const days = before.map(({ settled, issue }) => settled?.on ?? closedOn(issue, today, settings.calendar));
  const start = days.toSorted().at(-1) ?? launchedOn;
  const first = step.recurs === undefined ? null : firstSlot(step.recurs, statuses);
  return newMemory(start, first === null ? [] : [{ slot: first, from: start, note: null }]);
}

/** As the settings of the process say, or the evidence that they name. */
function firstSlot({ on, every }: Recurs, statuses: readonly StepStatus[]): string | null {
  if (on === undefined || every === 'day') return null;
  if (typeof on === 'string') return on;
  const source = statuses.find(({ key }) => key === on.step);
  const value = source?.evidence.find(({ field }) => field === on.field)?.value ?? '';
  const slot = readSlot(value);
  return slot === null ? on.else : slotText(slot);
}

/** Each `/ps call slot` once: from the next occurrence on that is not decided. */
function withSaidSlots(
  { key }: StepStatus,
  recurs: Recurs,
  memory: TrackerMemory,
  { rulings }: Beginning,
): TrackerMemory {
  let { slots } = memory;
  const tracker = { recurs, start: memory.start };
  for (const { step, what, slot, note, on } of rulings.calls) {
    if (step !== key || what !== 'slot' || slot === null) continue;
    if (slots.some((known) => known.note === note)) continue;
    const next = slotCountsFrom(tracker, memory.last);
    const from = memory.last === null || next > on ? next : on;
    slots = [...slots.filter((known) => known.from < from), { slot, from, note }];
  }
  return slots === memory.slots ? memory : { ...memory, slots };
}

/** A tracker with everything that its occurrences follow from. */
export interface RunningTracker {
  readonly status: StepStatus;
  readonly tracker: Tracker;
  readonly memory: TrackerMemory;
  /** Threads may be opened: it is its turn, and the step it ends with is not done. */
  readonly isOpen: boolean;
}

/** Trackers that have begun, in the order of the steps. */
export function runningTrackers(
  { steps, trackers, rulings, closed }: Assessment,
  { calendar }: Pick<Settings, 'calendar'>,
): readonly RunningTracker[] {
  return steps.flatMap((status): RunningTracker[] => {
    const { step, key, state, done } = status;
    const memory = trackers.get(key);
    if (step.recurs === undefined || memory === undefined) return [];
    const calls = rulings.calls.filter((call) => call.step === key);
    const slots: readonly SlotFrom[] = memory.slots;
    const { hold, holds } = rulings;
    const tracker: Tracker = {
      recurs: step.recurs,
      start: memory.start,
      slots,
      stops: [...holds, ...(hold === null ? [] : [{ from: hold.on, to: null }])],
      moved: calls.flatMap(({ what, id, to, time }) =>
        what === 'moved' && id !== null && to !== null ? [{ id, to, time }] : [],
      ),
      skipped: calls.flatMap(({ what, id }) => (what === 'skip' && id !== null ? [{ id }] : [])),
      calendar,
    };
    const isOver = steps.some((other) => other.key === step.until && other.done);
    // Closed too early, its issue is about to be opened again.
    const isOpen = !done && state !== 'blocked' && !isOver && !closed;
    return [{ status, tracker, memory, isOpen }];
  });
}

/** Minutes that must be there before the tracker is closed. */
export function minutesGate(
  { recurs }: Pick<Step, 'recurs'>,
  memory: TrackerMemory | undefined,
): readonly GateReading[] {
  if (recurs === undefined || recurs.minutes === 'none' || memory?.lastThread == null) return [];
  const threads = memory.held + memory.notHeld;
  const isMet =
    recurs.minutes === 'all' ? memory.minutes >= threads : memory.lastMinutes?.id === memory.lastThread;
  const wanted = recurs.minutes === 'all' ? 'minutes in every thread' : 'minutes in the last thread';
  const seen = `minutes in ${memory.minutes} of ${threads} threads`;
  if (isMet) return [{ gate: 'minutes', wanted, seen, problem: null, todo: '' }];
  const problem =
    recurs.minutes === 'all'
      ? `minutes are missing in ${threads - memory.minutes} of ${threads} threads`
      : `the thread of ${memory.lastThread} has no minutes`;
  const todo =
    'Reply in the thread with a line that begins with "Attended:", or with "No call:" and the reason';
  return [{ gate: 'minutes', wanted, seen, problem, todo }];
}

/** The day and the address of the last minutes, for the first date and the first address that the step asks for. */
export function minutesCells(
  { done_when, recurs }: Pick<Step, 'done_when' | 'recurs'>,
  memory: TrackerMemory | undefined,
  issue: Pick<ActualIssue, 'url'>,
): readonly FilledCell[] {
  const last = memory?.lastMinutes ?? null;
  if (recurs === undefined || last === null) return [];
  const cell = (kind: 'date' | 'url', value: string): readonly FilledCell[] => {
    const field = done_when.evidence.find((known) => known.kind === kind);
    return field === undefined ? [] : [{ field: field.field, value }];
  };
  return [...cell('date', last.date), ...cell('url', `${issue.url}#note_${last.note}`)];
}

/** {@link minutesCells} once they are the last: no thread follows, and the last one has its minutes. */
export function lastMinutesCells(
  { step, key, issue, done }: StepStatus,
  { steps, trackers, closed }: Assessment,
): readonly FilledCell[] {
  const memory = trackers.get(key);
  const isOver = done || closed || steps.some((other) => other.key === step.until && other.done);
  const isRecorded = memory?.lastMinutes != null && memory.lastMinutes.id === memory.lastThread;
  return issue !== null && isOver && isRecorded ? minutesCells(step, memory, issue) : [];
}
