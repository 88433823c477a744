/**
 * Approvals: who of which role has consented, who is asked still, and what to do where nobody can be. That a comment was
 * really written by whom it names is proven when it is read (`read-comments.ts`) and again when the step closes.
 */
import { addWorkingDays, type Calendar } from '#domain/base/calendar.ts';
import { compareText } from '#domain/base/compare-text.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { isAmong } from '#domain/base/username.ts';
import type { ActualUser } from '#domain/engagement/state.ts';
import type { ApprovalRule } from '#domain/process/process.ts';
import { holdersOf, type RoleSources, rolesOf } from '#domain/rulings/people.ts';
import { type Approval, isForRole } from '#domain/rulings/rulings.ts';
import { plainText } from '#domain/text/foreign-text.ts';
import type { GateReading } from './gates.ts';

/** Facts that the approvals of one step are read from. */
export interface ApprovalFacts {
  readonly key: StepKey;
  readonly approvals: readonly Approval[];
  /** Who did the step: does not count where the rule does not say `self`. */
  readonly doers: readonly ActualUser[];
  /** Who did another step, for `not_by`. */
  readonly doersOf: (step: StepKey) => readonly ActualUser[];
  readonly sources: RoleSources;
  readonly settings: Pick<Settings, 'roles' | 'calendar'>;
  /** Date for approvals that expire: `2026-11-25`. */
  readonly today: string;
}

/** One approval that is asked for, and what has come of it. */
export interface ApprovalReading {
  readonly rule: ApprovalRule;
  /** Those that count, one per person. */
  readonly given: readonly Approval[];
  /** Word of the manager that this role need not approve. */
  readonly waiver: Approval | null;
  /** People who could approve still: who has the role, without those who may not. */
  readonly people: readonly string[];
  /** People who have the role and may not approve, because they did the step or another of `not_by`. */
  readonly barred: readonly ActualUser[];
}

/**
 * Reads approvals of any origin: the rules of a step's definition, or those that a change request of this kind needs.
 *
 * One person's approval counts for every role the person had when it was given; roles that must be different people are
 * given to different people. A role that nobody has never falls back to another.
 *
 * @example readApprovals([{ role: 'manager', … }, { role: 'finance', … }], facts)
 */
export function readApprovals(
  rules: readonly ApprovalRule[],
  facts: ApprovalFacts,
): readonly ApprovalReading[] {
  return rules.map((rule) => readApproval(rule, rules, facts));
}

function readApproval(
  rule: ApprovalRule,
  rules: readonly ApprovalRule[],
  facts: ApprovalFacts,
): ApprovalReading {
  const { key, approvals, settings, today } = facts;
  const barred = [...(rule.self ? [] : facts.doers), ...(rule.not_by ?? []).flatMap(facts.doersOf)];
  const mine = approvals.filter(
    (approval) => approval.step === key && isForRole(approval, rule.role, rules[0]?.role),
  );
  const given = new Map<number, Approval>();
  for (const approval of mine) {
    // By id: whoever gives themselves another name has done the step all the same.
    if (approval.waived !== undefined || isBarredFrom({ barred }, { id: approval.byId })) continue;
    if (!isExpired(approval, rule, settings.calendar, today)) given.set(approval.byId, approval);
  }
  const counting = [...given.values()].toSorted(byDay);
  const named = [...barred.map(({ username }) => username), ...counting.map(({ by }) => by)];
  return {
    rule,
    given: counting,
    waiver: mine.findLast(({ waived }) => waived !== undefined) ?? null,
    people: holdersOf(rule.role, facts.sources, settings).filter((name) => !isAmong(name, named)),
    barred: barred.filter(({ username }) => rolesOf(username, facts.sources, settings).has(rule.role)),
  };
}

/** The same order in every run, wherever an approval was read. */
function byDay(one: Approval, other: Approval): number {
  return compareText(one.on, other.on) || compareText(one.by, other.by);
}

function isExpired(
  { on }: Approval,
  { expires_working_days: days }: ApprovalRule,
  calendar: Calendar,
  today: string,
): boolean {
  return days !== undefined && addWorkingDays(on, days, calendar) < today;
}

/** Whether nothing more is asked of a role. */
export function isApproved({ rule, given, waiver }: ApprovalReading): boolean {
  return waiver !== null || given.length >= rule.count;
}

/** Whether somebody may give this approval by who they are: the role is asked elsewhere. */
export function isBarredFrom(
  { barred }: Pick<ApprovalReading, 'barred'>,
  { id }: Pick<ActualUser, 'id'>,
): boolean {
  return barred.some((user) => user.id === id);
}

/** Approval as a gate, in words that tell no condition under which it is asked for. */
export function approvalGate(reading: ApprovalReading): GateReading {
  const { rule, given, waiver } = reading;
  const whose = rule.count === 1 ? 'somebody' : String(rule.count);
  const wanted = `approval by ${whose} with the role ${rule.role}`;
  const found = given.map(({ by, on }) => `approved by ${by} on ${on}`);
  const seen = waiver === null ? found.join(', ') || 'nothing yet' : `waived by ${waiver.by} on ${waiver.on}`;
  if (isApproved(reading)) return { gate: 'approval', wanted, seen, problem: null, todo: '' };
  const problem = `the ${wanted} is missing${given.length === 0 ? '' : ` (${seen})`}`;
  return { gate: 'approval', wanted, seen, problem, todo: approvalTodo(reading) };
}

/** Says what to do about an approval that is missing, without a full stop. */
function approvalTodo(reading: ApprovalReading): string {
  const { rule, people } = reading;
  const none = nobodyText(reading);
  if (none !== null) return none;
  const not = rule.self ? '' : ', who did not do the step';
  const label = rule.label === undefined ? '' : ` or to set the label "${plainText(rule.label, 80)}"`;
  return `Ask ${people.join(' or ')}${not}, to comment /ps approve${label}`;
}

/** Says that nobody is left who could approve, and the ways out; `null` while there is somebody. */
export function nobodyText({ rule: { role }, people, given, barred }: ApprovalReading): string | null {
  if (people.length > 0) return null;
  const isHeld = given.length + barred.length > 0;
  return `Nobody${isHeld ? ' else' : ''} has the role ${role}, and no other role stands in for it: name somebody (/ps assign ${role} @user, or roles in procession.yml), or let the manager do without (/ps waive approval ${role} <reason>)`;
}

/** One approval as JSON tells it; `by` is `null` while it is missing. */
export interface ApprovalSeen {
  readonly role: string;
  readonly by: string | null;
  readonly on: string | null;
  /** Reason why the role need not approve; then `by` is who said so. */
  readonly waived: string | null;
}

/** Lists approvals for JSON: of a role that needs two people two entries. */
export function approvalsSeen(readings: readonly ApprovalReading[]): readonly ApprovalSeen[] {
  return readings.flatMap((reading): ApprovalSeen[] => {
    const { rule, given, waiver } = reading;
    const found = given.map(({ by, on }) => ({ role: rule.role, by, on, waived: null }));
    if (waiver !== null)
      return [...found, { role: rule.role, by: waiver.by, on: waiver.on, waived: waiver.waived ?? '' }];
    const missing = { role: rule.role, by: null, on: null, waived: null };
    return [...found, ...Array.from({ length: Math.max(0, rule.count - given.length) }, () => missing)];
  });
}
