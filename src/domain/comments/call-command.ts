/** `/ps call`: one occurrence of a recurring step is moved or called off, or its weekday and time are others from now on. */
import { type RunningTracker, runningTrackers } from '#domain/assess/trackers.ts';
import { isWorkingDay } from '#domain/base/calendar.ts';
import { longDay } from '#domain/recurring/day-words.ts';
import { type Occurrence, occurrencesUntil } from '#domain/recurring/schedule.ts';
import type { CallRuling } from '#domain/rulings/rulings.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import type { CallWords } from './call-words.ts';
import { done, type Effect, type EffectContext, given, refused, text } from './effect.ts';

/** Carries `/ps call` out. */
export function call(words: CallWords, context: EffectContext): Effect {
  const { status, assessment, settings } = context;
  const running = runningTrackers(assessment, settings).find((one) => one.status.key === status?.key);
  if (running === undefined)
    return refused(
      status?.step.recurs === undefined
        ? 'it is about a step that comes again and again, on its issue'
        : `${status.step.title} has not begun`,
    );
  if (!running.isOpen) return refused(`${running.status.step.title} is over, or waits for an earlier step`);
  if (words.what === 'slot') return slotChanged(words.slot, running, context);
  const { on } = given(context);
  const coming = comingOccurrences(running, on);
  const [next, after] = coming;
  if (next === undefined) return refused('no occurrence is to come');
  const problem = words.what === 'moved' ? moveProblem(words.to, { on, after }, context) : null;
  if (problem !== null) return refused(problem);
  const moved = words.what === 'moved' ? { to: words.to, time: words.time ?? next.time } : NOT_MOVED;
  const name = running.status.step.recurs?.name ?? 'Call';
  const day = longDay(next.date);
  const said =
    words.what === 'moved'
      ? `The ${name.toLowerCase()} of ${day} is moved to ${longDay(words.to)}${moved.time === null ? '' : `, ${moved.time}`}: ${inlineText(words.reason)}`
      : `The ${name.toLowerCase()} of ${day} is called off: ${inlineText(words.reason)}`;
  return ruled(
    { what: words.what, id: next.id, ...moved, slot: null, reason: words.reason },
    said,
    running,
    context,
  );
}

const NOT_MOVED = { to: null, time: null };

/** Occurrences from a day on, that take place; one with an open thread among them. */
function comingOccurrences({ tracker }: RunningTracker, on: string): readonly Occurrence[] {
  const ahead = `${Number(on.slice(0, 4)) + 1}${on.slice(4).replace('-02-29', '-02-28')}`;
  return occurrencesUntil(tracker, ahead).filter(({ fate, date }) => fate === 'planned' && date >= on);
}

function moveProblem(
  to: string,
  { on, after }: { readonly on: string; readonly after: Occurrence | undefined },
  { settings: { calendar } }: EffectContext,
): string | null {
  if (to < on) return `${to} is over`;
  if (!isWorkingDay(to, calendar)) return `nobody works on ${longDay(to)}`;
  if (after !== undefined && to >= after.date)
    return `${to} is not before the next one, of ${after.date}: \`/ps call skip <reason>\` calls this one off`;
  return null;
}

function slotChanged(slot: string, running: RunningTracker, context: EffectContext): Effect {
  const ruling = { what: 'slot', id: null, ...NOT_MOVED, slot, reason: '' } as const;
  return ruled(ruling, `From the next one on that has no thread yet: ${slot}.`, running, context);
}

function ruled(
  ruling: Pick<CallRuling, 'what' | 'id' | 'to' | 'time' | 'slot' | 'reason'>,
  said: string,
  { status }: RunningTracker,
  context: EffectContext,
): Effect {
  const { calls } = context.assessment.rulings;
  // The last word about an occurrence counts.
  const others = calls.filter(({ step, id }) => step !== status.key || id === null || id !== ruling.id);
  return done(context, {
    rulings: { calls: [...others, { step: status.key, ...ruling, ...given(context) }] },
    reply: text(said),
  });
}
