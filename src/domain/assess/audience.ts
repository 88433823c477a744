/**
 * Who may read what. Everybody who sees the epic reads its lines, its notes, reports and `check`; an internal note is
 * for members from Planner on, a confidential issue for fewer still. What stands only there is left there: elsewhere it
 * says where to look.
 *
 * @see https://docs.gitlab.com/user/project/issues/confidential_issues/
 */

import { type EngagementKey, subjectOf } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualEpic, ActualIssue, ActualNote } from '#domain/engagement/state.ts';
import type { ApprovalReading } from './approvals.ts';
import type { EvidenceReading } from './evidence.ts';
import type { GateReading } from './gates.ts';
import type { Assessment, StepStatus, Violation } from './step-status.ts';

/** Words in place of what only those read who may see the issue. */
const WITHHELD = 'stands on a confidential issue';
/** Words in place of an item of a checklist. */
export const WITHHELD_ITEM = `an item that ${WITHHELD}`;

/**
 * Where something was said that not everybody may read, to go on with after `stands`; `null`: everybody may.
 *
 * @example hiddenPlace(note, issue, assessment) // 'in an internal note'
 */
export function hiddenPlace(
  { internal }: Pick<ActualNote, 'internal'>,
  item: ActualEpic | ActualIssue,
  assessment: Pick<Assessment, 'steps' | 'hidden'>,
): string | null {
  if (internal) return 'in an internal note';
  if (item.kind === 'epic' || !item.confidential) return null;
  const status = assessment.steps.find(({ issue }) => issue?.id === item.id);
  const isOpen = status !== undefined && !isConfidential(status, assessment);
  return isOpen ? null : 'on a confidential issue';
}

/**
 * Whether everything of an engagement is to be confidential: a deal that lives among deliveries, whose customers may be
 * guests there.
 */
export function isKeptHidden(engagement: EngagementKey, { deals }: Pick<Settings, 'deals'>): boolean {
  return subjectOf(engagement) === 'deal' && deals.place === null;
}

/**
 * Whether fewer see the issue of a step than see the epic, or will when the issue exists. Where the epic is as hidden as
 * every issue of it, that is for steps alone which the process makes confidential.
 */
export function isConfidential(
  { issue, step }: Pick<StepStatus, 'issue' | 'step'>,
  { hidden }: Pick<Assessment, 'hidden'>,
): boolean {
  return hidden ? step.confidential : (issue?.confidential ?? step.confidential);
}

/**
 * The assessment as everybody may read it: of confidential issues the state, the people and the dates, and none of the
 * words in them. Every text that stands elsewhere than on the issue itself is made from this.
 */
export function openly<Judged extends Pick<Assessment, 'steps' | 'hidden'>>(assessment: Judged): Judged {
  if (!assessment.steps.some((status) => isConfidential(status, assessment))) return assessment;
  return {
    ...assessment,
    steps: assessment.steps.map((status) => (isConfidential(status, assessment) ? withheld(status) : status)),
  };
}

function withheld(status: StepStatus): StepStatus {
  const { waiver, change } = status;
  return {
    ...status,
    unticked: items(status.unticked),
    evidence: status.evidence.map(withoutValue),
    approvals: status.approvals.map(withoutReason),
    gates: status.gates.map(withoutEffects),
    change: change === null ? null : { ...change, wanted: { kind: 'none' } },
    waiver: waiver === null ? null : { ...waiver, reason: `the reason ${WITHHELD}` },
    violations: status.violations.map(withoutWords),
  };
}

/** What is wrong with effects quotes them. */
function withoutEffects(gate: GateReading): GateReading {
  return gate.gate !== 'change' || gate.problem === null
    ? gate
    : { ...gate, problem: `what is missing ${WITHHELD}` };
}

function withoutWords(violation: Violation): Violation {
  if (violation.rule === 'started-while-blocked') return violation;
  return {
    ...violation,
    unticked: items(violation.unticked),
    evidence: violation.evidence.map(withoutValue),
    gates: violation.gates.map(withoutEffects),
  };
}

function withoutReason(reading: ApprovalReading): ApprovalReading {
  const { waiver } = reading;
  return waiver === null ? reading : { ...reading, waiver: { ...waiver, waived: `the reason ${WITHHELD}` } };
}

/** As many items as there are, without their words. */
function items(texts: readonly string[]): readonly string[] {
  return texts.map(() => WITHHELD_ITEM);
}

/** A value that will do is said to be there; one that will not is not quoted. */
function withoutValue({ field, value, problem }: EvidenceReading): EvidenceReading {
  return { field, problem, value: value === null || problem !== null ? null : WITHHELD };
}
