import { type EngagementKey, SowNumber } from '#domain/base/keys.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { Identified } from '#domain/record/identify.ts';
import { sowsOfDeal } from '#domain/sow/chain.ts';
import { isDeal, type Subject } from '#domain/sow/subject.ts';
import { readEvidence } from './evidence.ts';

/** Where the number of the SOW stands in what a process hands over. */
const NUMBER = 'sow.number';

/**
 * Numbers of the SOWs that a deal leads to, the first one first: those that its source names, else the one that people
 * wrote into the step from which the process takes it, once that step is closed. None for a SOW.
 */
export function namedSows(
  subject: Subject,
  process: ProcessDefinition,
  { issues }: Pick<Identified, 'issues'>,
): readonly EngagementKey[] {
  const said = sowsOfDeal(subject);
  if (!isDeal(subject) || said.length > 0) return said;
  const source = process.handsOver?.fields[NUMBER];
  const issue = source === undefined ? undefined : issues.get(source.step);
  const field = process.steps
    .find(({ id }) => id === source?.step)
    ?.done_when.evidence.find((one) => one.field === source?.field);
  if (issue?.state !== 'closed' || field === undefined) return [];
  const [reading] = readEvidence(issue.description, [field]);
  const number = SowNumber.safeParse(reading?.value);
  return number.success ? [number.data] : [];
}
