/** Where an engagement stands before a migration, by the version it leaves. */
import { currentLabel } from '#domain/assess/assess.ts';
import type { Assessment } from '#domain/assess/step-status.ts';
import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import { retiredLabelDefinition } from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { PlanInput } from '#domain/plan/input.ts';
import { endsOf } from '#domain/plan/record.ts';
import type { Done } from '#domain/record/done.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { SetByPeople } from '#domain/record/migrated.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import type { Move } from './move.ts';

/** An engagement as its own version sees it. */
export interface Standing extends Pick<PlanInput, 'settings' | 'sealing' | 'now'> {
  readonly assessment: Assessment;
  readonly found: Identified;
  readonly record: EngagementRecord;
  readonly capabilities: PlanInput['facts']['capabilities'];
}

/** Label of an issue that a migration closed because nobody is asked for its step any more. */
export function retiredLabel({ labels }: Pick<Settings, 'labels'>): string {
  return retiredLabelDefinition(labels).name;
}

/** Whether an issue was closed by a migration that perhaps did not get to its end. */
export function isRetired(issue: ActualIssue, settings: Settings): boolean {
  return issue.state === 'closed' && issue.labels.includes(retiredLabel(settings));
}

/**
 * Every step that is done, with its end: those recorded, and those that the rules of now find done. What an interrupted
 * migration has closed as retired is not done, whatever they say of an issue that is closed.
 */
export function endsIn({ assessment, record, settings }: Standing): ReadonlyMap<StepKey, Done> {
  const steps = new Set(assessment.steps.map(({ key }) => key));
  const others = [...record.done].filter(([key]) => !steps.has(key));
  const closed = assessment.steps.filter(
    ({ issue }) => issue?.state === 'closed' && !isRetired(issue, settings),
  );
  return new Map([...others, ...closed.flatMap((status) => endsOf(status, { assessment, settings }))]);
}

/** Labels that people have set on open steps, also where an interrupted migration has covered them since. */
export function labelsIn(
  { assessment, record, settings }: Standing,
  { to }: Move,
): ReadonlyMap<StepKey, SetByPeople> {
  const begun = record.migrated?.begun;
  const noted = begun?.to === to ? new Map(Object.entries(begun.labels)) : new Map<StepKey, SetByPeople>();
  return new Map(
    assessment.steps.flatMap(({ key, issue, done }): [StepKey, SetByPeople][] => {
      const isOver = issue !== null && done && !isRetired(issue, settings);
      const label = issue === null || isOver ? null : (noted.get(key) ?? currentLabel(issue, settings));
      return label === 'in progress' || label === 'waiting' ? [[key, label]] : [];
    }),
  );
}

/**
 * Why an engagement stays on its version for now; `null` where it may be migrated.
 *
 * A closed step that its own version has not judged, or does not accept, is settled by that version first: a migration
 * judges nothing and reopens nothing.
 */
export function whyStays(
  { assessment, found, settings }: Pick<Standing, 'assessment' | 'found' | 'settings'>,
  { changes, rekey }: Move,
  answers: number,
): string | null {
  const { engagement } = assessment;
  const isOver = found.epic?.state === 'closed' || assessment.closed;
  // With its old key it would hold the number of a SOW for ever.
  if (isOver && (rekey === null || !assessment.closed)) return 'it is closed, and keeps its version';
  if (found.memory.paused) return 'it is paused: /ps resume first';
  if (assessment.rulings.hold !== null) return 'it is on hold: /ps resume first';
  const first = `first: procession apply ${engagement}`;
  if (answers > 0)
    return `${answers === 1 ? 'a comment waits' : `${answers} comments wait`} to be followed; ${first}`;
  const early = assessment.steps.filter(
    ({ key, done, issue }) =>
      !done && issue?.state === 'closed' && changes.becomes.has(stepIdOf(key)) && !isRetired(issue, settings),
  );
  if (early.length === 0) return null;
  const titles = early.map(({ step }) => step.title).join(', ');
  return `${titles}: closed, and not done by its own version; ${first}`;
}
