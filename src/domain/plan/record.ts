/** The record as a run leaves it, and whether that must be written. */

import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { itemName } from '#domain/comments/follow-comments.ts';
import { realDue } from '#domain/dates/real-due.ts';
import { closedOn } from '#domain/engagement/closed-on.ts';
import { NO_DRIFT } from '#domain/engagement/drift-memory.ts';
import type { Edge } from '#domain/engagement/memory.ts';
import { withTold } from '#domain/hours/hours.ts';
import type { Chained } from '#domain/record/chained.ts';
import type { Done } from '#domain/record/done.ts';
import { type EngagementRecord, recordText, sameRecord } from '#domain/record/record.ts';
import { assigneeFor, isOnly, personInRole } from '#domain/rulings/people.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import { NO_HISTORY } from '#domain/sow/history.ts';
import { recordOf } from '#domain/sow/record.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import type { RecordToWrite } from './action.ts';
import { toldOf } from './hand-over.ts';
import type { Draft } from './input.ts';

/** Share of a draft that the next record is made from: all of it is settled before the first action. */
export type RecordDraft = Pick<Draft, 'facts' | 'settings' | 'context' | 'touches' | 'proposals'>;

/**
 * Record to be written; ids of issues that are yet to be made are filled in when the issues exist.
 *
 * @param links those that will be there
 */
export function nextRecord(
  { facts, settings, context, touches, proposals }: RecordDraft,
  links: readonly Edge[],
  paused: boolean,
): EngagementRecord {
  const { found, assessment } = facts;
  const { record: before } = found;
  const { process } = assessment;
  const ids = recordedSteps(context).flatMap((step): [StepKey, number][] => {
    const issue = found.issues.get(step);
    return issue === undefined ? [] : [[step, issue.id]];
  });
  return {
    key: assessment.engagement,
    process: process.id,
    profile: process.profile,
    version: before?.version ?? facts.rules.version,
    rules: before?.rules ?? facts.rules.hash,
    // Where those that the record names are gone, others are shown.
    texts: facts.rules.texts,
    revision: (before?.revision ?? 0) + 1,
    sow: recordOf(assessment.sow, settings),
    history: facts.asking?.history ?? before?.history ?? NO_HISTORY,
    proposals: proposals.memory,
    memory: { issues: new Map(ids), links, paused, moved: false },
    done: new Map([
      ...doneBefore(before, context),
      ...assessment.steps.flatMap((status) => endsOf(status, context)),
    ]),
    baseline: baselineNow(facts, context),
    fellTo: fallenTo(facts, context),
    touches,
    rulings: { ...context.assessment.rulings, readings: readingsAfter(context.assessment) },
    drift: context.drift ?? NO_DRIFT,
    migrated: before?.migrated ?? null,
    occurrences: context.assessment.trackers,
    hours: withTold(context.assessment.hours),
    chain: chainKept(assessment),
    handOver: toldOf(facts),
    handed: assessment.handed,
    others: before?.others ?? {},
  };
}

/** The other engagements of the chain, each with the steps that stand for one of this. */
function chainKept({ chain, steps }: Assessment): readonly Chained[] {
  const shown = steps.flatMap(({ elsewhere }) => elsewhere ?? []);
  return chain.map(({ key, process, title, reference, url, steps: all }) => ({
    key,
    process,
    title,
    reference,
    url,
    steps: all.filter((one) => shown.some((step) => step.engagement === key && step.key === one.key)),
  }));
}

/** Ends of steps nobody is asked for any longer: what is done stays done, should the SOW ask for it again. */
function doneBefore(
  before: EngagementRecord | null,
  { leftovers = [] }: BlockContext,
): readonly (readonly [StepKey, Done])[] {
  return leftovers.flatMap(({ key }) => {
    const done = before?.done.get(key);
    return done === undefined ? [] : [[key, done] as const];
  });
}

/** Record as an action carries it. @param steps whose issues the record names once they exist */
export function toWrite(record: EngagementRecord, steps: readonly StepKey[]): RecordToWrite {
  return { text: recordText(record), steps };
}

/** Steps whose issues a record names: those that have one in the engagement, and issues that the SOW no longer asks for. */
export function recordedSteps({ assessment, leftovers = [] }: BlockContext): readonly StepKey[] {
  const own = assessment.steps.filter(({ elsewhere }) => elsewhere === null);
  return [...own, ...leftovers].map(({ key }) => key);
}

/**
 * Whether the next record says something else than the one that is there. How far comments were read is no reason to
 * write; that a rule is broken is one, where the comments will not be read anew.
 */
export function isNews({ facts, said }: Pick<Draft, 'facts' | 'said'>, next: EngagementRecord): boolean {
  const { opened, record } = facts.found;
  if (record === null || opened.kind !== 'ok') return true;
  const broken = facts.assessment.steps.flatMap(({ issue, violations }) =>
    issue === null || violations.length === 0 ? [] : [itemName(issue)],
  );
  const readings = said.recorded.readings.map((reading) => {
    if (!broken.includes(reading.item)) return reading;
    const asking = next.rulings.readings.find(({ item }) => item === reading.item)?.asking;
    return { ...reading, ...(asking === undefined ? {} : { asking }) };
  });
  const unread = { ...next, texts: record.texts, rulings: { ...next.rulings, readings } };
  // Records of earlier releases are written anew when there is a reason, not all at once.
  const comparable = opened.as === 'v1' ? { ...unread, rules: null, done: record.done } : unread;
  return !sameRecord(record, comparable) || opened.as === 'newborn';
}

/**
 * Readings with what our notes ask for when the run is over: nothing on steps that are done; on a step with a broken
 * rule what the note says that this run writes. An edited note does not change GitLab's count of comments.
 */
function readingsAfter({ steps, rulings }: Assessment): Rulings['readings'] {
  const after = new Map(
    steps.flatMap(({ done, issue, violations }) =>
      issue !== null && (done || violations.length > 0)
        ? [[itemName(issue), violations.map(({ rule }) => rule)] as const]
        : [],
    ),
  );
  return rulings.readings.map(({ asking = [], ...reading }) => {
    const now = after.get(reading.item);
    const rules = now === undefined ? asking : now.length === 0 ? [] : [...new Set([...asking, ...now])];
    return rules.length === 0 ? reading : { ...reading, asking: rules };
  });
}

/** Due dates as issues get them in this run; of those that are there, as they got them or another SOW moves them. */
function baselineNow(
  { assessment }: RecordDraft['facts'],
  context: BlockContext,
): ReadonlyMap<StepKey, string> {
  return new Map(
    assessment.steps.flatMap((status): [StepKey, string][] => {
      const { key, issue } = status;
      const real = realDue(status, assessment, context.settings.calendar);
      if (status.elsewhere !== null) return [];
      const given = issue === null ? context.plannedDue.get(key) : status.given;
      const date = real ?? given;
      return date === undefined || date === null ? [] : [[key, date]];
    }),
  );
}

/**
 * Who has issues because nobody has their role. Whoever else is assigned has taken the issue over, and it is theirs from
 * then on.
 */
function fallenTo(
  { assessment }: RecordDraft['facts'],
  { pending, settings }: BlockContext,
): ReadonlyMap<StepKey, string> {
  return new Map(
    assessment.steps.flatMap(({ key, step, issue, fellTo, elsewhere }): [StepKey, string][] => {
      if (elsewhere !== null) return [];
      const assigned =
        issue === null
          ? assigneeFor(step.owner, assessment, settings)
          : (pending?.get(key)?.assignee ?? null);
      if (assigned !== null)
        return personInRole(step.owner, assessment, settings).username === null ? [[key, assigned]] : [];
      return fellTo !== null && isOnly(fellTo, issue?.assignees ?? []) ? [[key, fellTo]] : [];
    }),
  );
}

/** End of a step that counts as done from now on: recorded once, with what proved it. Empty where it is not done. */
export function endsOf(
  { key, done, settled, issue, waiver, acceptance, run, step, violations }: StepStatus,
  { assessment, settings }: Pick<BlockContext, 'assessment' | 'settings'>,
): [StepKey, Done][] {
  if (settled !== null) return [[key, settled]];
  if (!done || issue === null) return [];
  const how = (): Done['how'] => {
    if (waiver !== null) return 'waiver';
    if (violations.length > 0) return 'warn';
    if (run?.state === 'success') return 'pipeline';
    if (acceptance?.reached === true) return 'silence';
    return step.until === undefined ? 'rules' : 'with epic';
  };
  const proof = how();
  // What Procession closes is done by whoever waived it, or by nobody: the same before and after it is closed.
  const by =
    proof === 'rules' || proof === 'warn' ? (issue.closedBy?.username ?? null) : (waiver?.by ?? null);
  const on = closedOn(issue, assessment.today, settings.calendar);
  return [[key, { on, by, how: proof }]];
}
