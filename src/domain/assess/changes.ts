/**
 * Change requests: what each wants, which kind that is, what it needs, and where it stands. Derived from what stands in
 * the issue and from what people have approved and applied; nobody types a state.
 */
import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import { CHANGE_KINDS, type ChangeKind, PAPERS, type Paper, type Settings } from '#domain/base/settings.ts';
import { fieldsOf, kindOf, rulesOf } from '#domain/changes/kinds.ts';
import { effectsName } from '#domain/changes/read-effects.ts';
import { type WantedChange, wantedChange } from '#domain/changes/wanted-change.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { HoursReading } from '#domain/hours/reading.ts';
import {
  CHANGE_RESULTS,
  type ChangeResult,
  type ProcessDefinition,
  type Step,
} from '#domain/process/process.ts';
import type { AppliedChange, Rulings } from '#domain/rulings/rulings.ts';
import { type KeptSow, signedEndOf } from '#domain/sow/history.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { isDeal } from '#domain/sow/subject.ts';
import { type EvidenceReading, readEvidence } from './evidence.ts';

/** States of a change request in the order in which they come; the last three are ends, and so is `executed` of other work. */
export const CHANGE_STATES = [
  'raised',
  'assessed',
  'agreed',
  'confirmed',
  'executed',
  'applied',
  'rejected',
  'withdrawn',
] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];

/** What stands in a change request, before anything is judged. */
export interface ChangeReading {
  readonly wanted: WantedChange;
  /** `null`: its effects cannot be read, or nobody has written any. */
  readonly kind: ChangeKind | null;
  /** The paper that the kind needs. */
  readonly paper: Paper | null;
  /** Roles whose approval the kind needs. */
  readonly approvals: readonly string[];
  /** What came of it, as its evidence says. */
  readonly result: ChangeResult | null;
  readonly applied: AppliedChange | null;
  /** Other open requests that speak of one of its fields. */
  readonly rivals: readonly { readonly step: StepKey; readonly fields: readonly string[] }[];
}

/** A change request as it stands. */
export interface Change extends ChangeReading {
  readonly state: ChangeState;
}

/** What change requests are read from. */
export interface ChangeFacts {
  readonly issues: ReadonlyMap<StepKey, ActualIssue>;
  readonly kept: KeptSow;
  readonly rulings: Rulings;
  readonly hours: HoursReading | null;
  readonly settings: Pick<Settings, 'changeKinds'>;
}

/** What is sold, with its history. */
type Sold = KeptSow & { readonly sow: Sow };

export type ChangeReadings = ReadonlyMap<StepKey, ChangeReading>;

/** A request whose issue is made in this run. */
const UNWRITTEN: ChangeReading = {
  wanted: { kind: 'none' },
  kind: null,
  paper: null,
  approvals: [],
  result: null,
  applied: null,
  rivals: [],
};

/** Reads every change request that somebody has asked for. */
export function readChanges({ steps }: ProcessDefinition, facts: ChangeFacts): ChangeReadings {
  const { kept } = facts;
  // What is sold is not agreed on yet: there is nothing to change.
  if (isDeal(kept.sow)) return new Map();
  const sold = { ...kept, sow: kept.sow };
  const alone = steps.flatMap((step): (readonly [StepKey, ChangeReading])[] => {
    if (step.changes === undefined || step.id === stepIdOf(step.id)) return [];
    const issue = facts.issues.get(step.id);
    return [[step.id, issue === undefined ? UNWRITTEN : readChange(step, issue, { ...facts, kept: sold })]];
  });
  const open = alone.filter(([key, reading]) => isOpen(reading) && facts.issues.get(key)?.state === 'opened');
  return new Map(
    alone.map(([key, reading]) => {
      if (!open.some(([one]) => one === key)) return [key, reading];
      const rivals = open.flatMap(([step, other]) => {
        const fields = step === key ? [] : sharedFields(reading, other);
        return fields.length === 0 ? [] : [{ step, fields }];
      });
      return [key, { ...reading, rivals }];
    }),
  );
}

function readChange(
  step: Step,
  issue: ActualIssue,
  facts: ChangeFacts & { readonly kept: Sold },
): ChangeReading {
  const { kept, rulings, hours, settings } = facts;
  const spent = hours === null || hours.source === null ? null : hours.spent;
  const wanted = wantedChange(issue.description, kept.sow, spent);
  const result = resultIn(step, issue);
  const applied = rulings.changes.findLast((change) => change.step === step.id) ?? null;
  const kind = kindNow(wanted, { result, applied }, kept);
  const rules = kind === null ? null : rulesOf(kind, settings.changeKinds);
  return {
    wanted,
    kind,
    paper: rules?.paper ?? null,
    approvals: rules?.approvals ?? [],
    result,
    applied,
    rivals: [],
  };
}

/** People say that it is other work; what was applied stays of the kind it was. */
function kindNow(
  wanted: WantedChange,
  { result, applied }: Pick<ChangeReading, 'result' | 'applied'>,
  kept: Sold,
): ChangeKind | null {
  if (applied !== null) return CHANGE_KINDS.find((kind) => kind === applied.kind) ?? null;
  if (result === 'new SOW') return 'other work';
  return wanted.kind === 'ok' ? kindOf(wanted.effects, kept.sow, signedEndOf(kept)) : null;
}

function resultIn(step: Step, issue: ActualIssue): ChangeResult | null {
  const fields = step.done_when.evidence.filter(({ field }) => field === step.changes?.result);
  const [reading] = readEvidence(issue.description, fields);
  return CHANGE_RESULTS.find((result) => result === reading?.value) ?? null;
}

/** Whether nothing is to change. */
function isDropped(result: ChangeResult | null): result is 'rejected' | 'withdrawn' {
  return result === 'rejected' || result === 'withdrawn';
}

function isOpen({ applied, result }: ChangeReading): boolean {
  return applied === null && result !== 'new SOW' && !isDropped(result);
}

function sharedFields({ wanted: one }: ChangeReading, { wanted: other }: ChangeReading): readonly string[] {
  if (one.kind !== 'ok' || other.kind !== 'ok') return [];
  const theirs = fieldsOf(other.effects);
  return fieldsOf(one.effects).filter((field) => theirs.includes(field));
}

/** Steps with what their change requests need: approvals by kind, the paper or the reason by what came of them. */
export function withChanges(process: ProcessDefinition, readings: ChangeReadings): ProcessDefinition {
  if (readings.size === 0) return process;
  return {
    ...process,
    steps: process.steps.map((step) => {
      const reading = readings.get(step.id);
      return reading === undefined ? step : withNeeds(step, reading);
    }),
  };
}

function withNeeds(step: Step, { result, approvals, applied }: ChangeReading): Step {
  const { done_when: rules, changes } = step;
  const none = applied === null && isDropped(result);
  const needed = new Map([
    [changes?.paper, !none],
    [changes?.reason, none],
  ]);
  const evidence = rules.evidence.map((field) => ({
    ...field,
    required: needed.get(field.field) ?? field.required,
  }));
  const roles = none ? [] : approvals.map((role) => ({ role, count: 1, self: false }));
  return {
    ...step,
    done_when: { ...rules, evidence, ...(roles.length === 0 ? {} : { approvals: roles }) },
  };
}

/** What the state of a request depends on besides its text. */
interface ChangeProofs {
  /** Everybody has approved who is asked. */
  readonly approved: boolean;
  readonly evidence: readonly EvidenceReading[];
  /** It is over without having been applied: skipped, or closed under a waiver. */
  readonly over: boolean;
}

/**
 * Judges where a request stands.
 *
 * | facts | state |
 * |---|---|
 * | applied | applied |
 * | result rejected or withdrawn, with its reason; over in another way | rejected, withdrawn |
 * | no effects that can be carried out, and no new SOW | raised |
 * | approvals missing | assessed |
 * | no paper, or one that is too little for its kind | agreed |
 * | signed order, or new SOW | executed |
 * | written confirmation | confirmed |
 */
export function changeNow(step: Step, reading: ChangeReading, proofs: ChangeProofs): Change {
  const change = { ...reading, state: stateOf(step, reading, proofs) };
  return proofs.over && !isSettled(change) ? { ...change, state: 'withdrawn' } : change;
}

function stateOf(
  { changes }: Step,
  reading: ChangeReading,
  { approved, evidence }: ChangeProofs,
): ChangeState {
  const { applied, result, kind } = reading;
  const isFilled = (name: string | undefined): boolean =>
    evidence.some(({ field, value, problem }) => field === name && value !== null && problem === null);
  if (applied !== null) return 'applied';
  if (isDropped(result) && isFilled(changes?.reason)) return result;
  if (kind === null) return 'raised';
  if (!approved || isDropped(result)) return 'assessed';
  if (!isEnough(reading) || !isFilled(changes?.paper)) return 'agreed';
  return paperOf(result) === 'written confirmation' ? 'confirmed' : 'executed';
}

/** The paper that a result stands for; `null`: none. */
export function paperOf(result: ChangeResult | null): Paper | null {
  switch (result) {
    case 'executed':
      return 'signed order';
    case 'confirmed in writing':
      return 'written confirmation';
    case 'new SOW':
      return 'new SOW';
    case 'rejected':
    case 'withdrawn':
    case null:
      return null;
  }
}

/** Whether the paper there is will do for the kind of change. */
export function isEnough({ result, paper }: Pick<ChangeReading, 'result' | 'paper'>): boolean {
  const got = paperOf(result);
  return got !== null && paper !== null && PAPERS.indexOf(got) >= PAPERS.indexOf(paper);
}

/** Whether nothing more is to be done about a request. Other work ends with its own SOW: nothing is applied here. */
export function isSettled({ state, kind }: Change): boolean {
  return (
    state === 'applied' ||
    state === 'rejected' ||
    state === 'withdrawn' ||
    (kind === 'other work' && state === 'executed')
  );
}

/** Whether both sides have agreed, and the SOW is to be changed. */
export function isReady(change: Change): boolean {
  return !isSettled(change) && (change.state === 'executed' || change.state === 'confirmed');
}

/** Name of the text of a request's effects; empty while there is none. */
export function effectsNameOf({ wanted }: Pick<ChangeReading, 'wanted'>): string {
  return wanted.kind === 'none' ? '' : effectsName(wanted.text);
}
