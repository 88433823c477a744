/** What kind of change it is, which paper that needs and whose approval: it follows from the effects. */
import { addCalendarMonths } from '#domain/base/calendar.ts';
import type { ChangeKind, ChangeKinds, Paper } from '#domain/base/settings.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { hoursAfter } from './apply-effects.ts';
import type { Effects } from './effects.ts';

/** What a kind of change needs. */
export interface ChangeRules {
  readonly paper: Paper;
  /** Roles of which one person each approves. */
  readonly approvals: readonly string[];
}

const CUSTOMARY: Readonly<Record<ChangeKind, ChangeRules>> = {
  clarification: { paper: 'written confirmation', approvals: ['manager'] },
  dates: { paper: 'written confirmation', approvals: ['manager'] },
  extension: { paper: 'signed order', approvals: ['manager', 'engagement-manager'] },
  decrease: { paper: 'signed order', approvals: ['manager', 'engagement-manager', 'finance'] },
  increase: { paper: 'signed order', approvals: ['manager', 'engagement-manager', 'finance'] },
  type: { paper: 'signed order', approvals: ['manager', 'engagement-manager', 'finance', 'legal'] },
  'other work': { paper: 'new SOW', approvals: ['manager'] },
};

/** Kinds that follow from effects, the strictest last. */
const BY_STRICTNESS = ['clarification', 'dates', 'extension', 'decrease', 'increase', 'type'] as const;

/** What a kind needs here. @param own `change_kinds` of the settings, which win */
export function rulesOf(kind: ChangeKind, own: ChangeKinds): ChangeRules {
  const { paper, approvals } = CUSTOMARY[kind];
  return { paper: own[kind]?.paper ?? paper, approvals: own[kind]?.approvals ?? approvals };
}

/** Months after the signed end from which on a later end is no matter of dates alone. */
const MONTHS = 2;

/**
 * Kind of a change; of several the strictest.
 *
 * | effects | kind |
 * |---|---|
 * | another type | type |
 * | more hours, or the price changes and the hours do not sink | increase |
 * | fewer hours | decrease |
 * | an end two calendar months after the last signed one, or later | extension |
 * | another end before that | dates |
 * | none of these | clarification |
 *
 * @param signedEnd end that the last signed paper says; `null`: none does, and any end is an extension
 * @example signed end 2026-12-31: 2027-02-27 is dates, 2027-02-28 an extension
 */
export function kindOf(effects: Effects, sow: Sow, signedEnd: string | null): ChangeKind {
  const [before, after] = [sow.hours?.scoped ?? 0, hoursAfter(effects, sow)];
  const more = after !== null && after > before;
  const fewer = after !== null && after < before;
  const { type, cost, end } = effects;
  const isOtherEnd = end !== undefined && end !== sow.dates?.end;
  const isLate = signedEnd === null || (end ?? '') >= addCalendarMonths(signedEnd, MONTHS);
  const holds: Readonly<Record<(typeof BY_STRICTNESS)[number], boolean>> = {
    clarification: true,
    dates: isOtherEnd,
    extension: isOtherEnd && isLate,
    decrease: fewer,
    increase: more || (cost === 'yes' && !fewer),
    type: type !== undefined && type !== sow.type,
  };
  return BY_STRICTNESS.findLast((kind) => holds[kind]) ?? 'clarification';
}

/**
 * Fields of the SOW that effects speak of, so that two changes of one field are noticed. @example `hours`,
 * `deliverables[D3]`
 */
export function fieldsOf(effects: Effects): readonly string[] {
  const { deliverables, services, cost: _, ...others } = effects;
  const elements = [
    ...(deliverables?.add.map(({ id }) => `deliverables[${id}]`) ?? []),
    ...(deliverables?.drop.map((id) => `deliverables[${id}]`) ?? []),
    ...(services?.add.map(({ sku, name }) => `services[${sku ?? name}]`) ?? []),
    ...(services?.drop.map((name) => `services[${name}]`) ?? []),
  ];
  const plain = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return [...new Set([...plain, ...elements])];
}
