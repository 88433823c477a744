/** Comments about hours used, at each threshold once for the hours sold. */
import { callManager } from '#domain/assess/outlook.ts';
import { WORK_EXCEPTION } from '#domain/assess/work-exception.ts';
import type { HoursLevel } from '#domain/hours/memory.ts';
import type { HoursReading } from '#domain/hours/reading.ts';
import { hoursText } from '#domain/hours/words.ts';
import { isMadeByCommand } from '#domain/process/process.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import type { BlockContext } from './block-context.ts';
import { type NoteRule, noteBody } from './notes.ts';

/** Tells that a threshold of hours is reached, and what to do about it. */
export function hoursNote(
  rule: NoteRule,
  { level, reading }: { readonly level: HoursLevel; readonly reading: HoursReading },
  context: BlockContext,
): string {
  const pace =
    reading.exhaustedOn === null
      ? ''
      : ` At the pace of the last 20 working days the hours are used up on ${reading.exhaustedOn}.`;
  const said = `${context.settings.hours[level]} % of the hours sold are used: ${hoursText(reading, inlineText)}.${pace}`;
  return noteBody(rule, `${level === 'notice' ? '' : callManager(context)}${said} ${NEXT[level](context)}`);
}

const NEXT: Readonly<Record<HoursLevel, (context: BlockContext) => string>> = {
  notice: () => 'Nothing has to be done yet; please look whether the rest will do.',
  attention: (context) =>
    `The engagement needs attention: please settle now what happens when they are used up${askFor(context)}.`,
  limit: (context) =>
    context.assessment.sow.type === 't&m'
      ? `Every further hour is beyond the SOW, so the engagement is at risk: please agree on more hours before work goes on${askFor(context)}.`
      : `Every further hour is at our own cost${askFor(context)}.`,
};

/** How more hours are asked for in this process; nothing where it has no step for that. */
function askFor({ assessment: { process } }: BlockContext): string {
  const known = process.steps.filter(isMadeByCommand).map(({ id }) => id.split('/', 1)[0] ?? id);
  const step = CHANGES.find((id) => known.includes(id));
  return step === undefined ? '' : ` (\`/ps add ${step} <title>\` on any issue of this engagement)`;
}

/** Steps of the shipped process that ask for more hours. */
const CHANGES = [WORK_EXCEPTION, 'change-request', 'change-order'];
