/** What was estimated, and what it came to: for the step that closes the books. */

import type { StepStatus } from '#domain/assess/step-status.ts';
import { closedOn } from '#domain/engagement/closed-on.ts';
import { rounded } from '#domain/hours/memory.ts';
import type { HoursReading } from '#domain/hours/reading.ts';
import { hoursText } from '#domain/hours/words.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import type { BlockContext } from './block-context.ts';

/** "Estimated against actual", on a step with evidence that is compared with the hours, once it is that step's turn. */
export function estimateLines({ step, state }: StepStatus, context: BlockContext): readonly string[] {
  const { reading } = context.assessment.hours;
  const isWanted = step.done_when.evidence.some(({ compare }) => compare === 'hours');
  if (!isWanted || state === 'blocked') return [];
  return [
    '',
    '**Estimated against actual**',
    '',
    ...(reading === null ? ['The SOW names no hours, and none are recorded.'] : hoursTable(reading, context)),
    ...bySteps(context),
    ...acceptanceTable(context),
    '',
    ...datesTable(context),
  ];
}

function hoursTable(reading: HoursReading, { assessment: { hours } }: BlockContext): readonly string[] {
  const { scoped, spent } = reading;
  const { launched } = hours.memory;
  const isChanged = launched !== undefined && scoped !== null && launched !== scoped;
  const rows = [
    ...(isChanged
      ? [
          ['Hours sold at the launch', `${launched}`],
          ['Changed since', signed(scoped - launched)],
        ]
      : []),
    ['Hours sold', scoped === null ? 'none named' : `${scoped}`],
    ['Hours used', hoursText(reading, inlineText)],
    ...(scoped === null ? [] : [['Difference', `${signed(rounded(spent - scoped))} h`]]),
  ];
  return ['| Hours | |', '|---|---|', ...rows.map((cells) => `| ${cells.join(' | ')} |`)];
}

function signed(hours: number): string {
  return hours > 0 ? `+${hours}` : `${hours}`.replace('-', '−');
}

/** Where the hours are those of the issues, each with its own. */
function bySteps({ assessment: { steps, hours } }: BlockContext): readonly string[] {
  if (hours.reading?.source !== '/spend') return [];
  const rows = steps.flatMap(({ key, step, issue }) => {
    const spent = rounded((issue?.timeSpentSeconds ?? 0) / 3_600);
    return spent === 0 ? [] : [`| ${stepReference(key)} ${step.title} | ${spent} |`];
  });
  return rows.length === 0 ? [] : ['', '| Step | Hours |', '|---|---|', ...rows];
}

/** Acceptances for which silence counts: when each was sent, when it was accepted, and how. */
function acceptanceTable(context: BlockContext): readonly string[] {
  const rows = context.assessment.steps.flatMap((status) => {
    const { key, step, issue, done, evidence, acceptance } = status;
    const rule = step.done_when.acceptance;
    if (rule === undefined || issue === null) return [];
    const sent = evidence.find(({ field }) => field === rule.sent)?.value ?? '–';
    const isSilent = done && acceptance?.reached === true;
    const on = isSilent ? acceptance.lastDay : (doneOn(status, context) ?? '–');
    const how = isSilent ? 'silence' : done ? 'in writing' : '–';
    return [`| ${stepReference(key)} ${step.title} | ${inlineText(sent, 40)} | ${on} | ${how} |`];
  });
  return rows.length === 0 ? [] : ['', '| Acceptance | Sent | Accepted | By |', '|---|---|---|---|', ...rows];
}

/** Steps that are done: when they were planned to be, and when they were. */
function datesTable(context: BlockContext): readonly string[] {
  const rows = context.assessment.steps.flatMap((status) => {
    const { key, step, issue } = status;
    const on = doneOn(status, context);
    if (on === null || step.until !== undefined) return [];
    return [`| ${stepReference(key)} ${step.title} | ${issue?.dueDate ?? '–'} | ${on} |`];
  });
  return rows.length === 0 ? [] : ['| Step | Planned | Done |', '|---|---|---|', ...rows];
}

/** Day on which a step was done; today for one that this run closes. */
function doneOn({ done, issue }: StepStatus, { assessment, settings }: BlockContext): string | null {
  return !done || issue === null ? null : closedOn(issue, assessment.today, settings.calendar);
}
