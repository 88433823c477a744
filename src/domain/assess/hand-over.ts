/** How a deal becomes the SOW that a delivery is launched with. */

import { valueAt, withValueAt } from '#domain/base/check-shape.ts';
import { type FieldPath, type InputProblem, problem } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { ReadChained } from '#domain/record/read-chained.ts';
import { isOtherBuyer } from '#domain/sow/changes.ts';
import { sowsOf } from '#domain/sow/deal.ts';
import type { SowHistory } from '#domain/sow/history.ts';
import { readSow } from '#domain/sow/problems.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { isDeal } from '#domain/sow/subject.ts';
import type { Assessment } from './step-status.ts';

/** What a deal hands over. */
export type HandOver =
  /** It is not the time, or the process hands nothing over. */
  | { readonly kind: 'not-yet' }
  /** The deal is won and signed, and what is known of it makes no SOW. */
  | { readonly kind: 'incomplete'; readonly problems: readonly InputProblem[] }
  | { readonly kind: 'ready'; readonly sow: Sow }
  /** It has been, once: the delivery has a life of its own. */
  | { readonly kind: 'over'; readonly to: EngagementKey };

/** What is known of the hand-over beside the assessment. */
export interface HandOverFacts {
  readonly history: SowHistory;
  /** The delivery to which it has been handed over; `null`: to none yet. */
  readonly handed: EngagementKey | null;
  /** The engagement that has the number although it is of another deal; `null`: there is none. */
  readonly foreign: EngagementKey | null;
}

const NOT_YET: HandOver = { kind: 'not-yet' };

/**
 * The SOW of a deal: from what the deal knows, and from the evidence that its process names, where the deal does not say.
 * It is time when the step is done that the process hands over after, and the deal is won. A deal that no CRM tells of is
 * won by its signature. It happens once: what is written into the deal afterwards is no order for another delivery.
 */
export function handOverOf(
  assessment: Pick<Assessment, 'process' | 'sow' | 'steps' | 'withdrawn' | 'chain'>,
  { history, handed, foreign }: HandOverFacts,
): HandOver {
  const { process, sow: deal, steps, withdrawn } = assessment;
  if (handed !== null) return { kind: 'over', to: handed };
  const rule = process.handsOver;
  if (rule === undefined || !isDeal(deal) || withdrawn) return NOT_YET;
  const signed = steps.find(({ key }) => key === rule.after);
  const isWon = deal.deal.stage === 'closed_won';
  const hasCrm = history.sources.crm !== undefined;
  // Of a deal only its end waits for an answer: what its source has said last is that it is lost.
  const isLost = Object.values(history.sources).some((source) => (source?.offer ?? null) !== null);
  if (signed?.done !== true || (hasCrm && !isWon) || isLost) return NOT_YET;
  const data = sowData(assessment, isWon ? stagedOn(history) : undefined);
  const number = valueAt(data, ['sow', 'number']);
  if (assessment.chain.some(({ key }) => key === number)) return { kind: 'over', to: String(number) };
  if (foreign !== null && foreign === number) return { kind: 'incomplete', problems: [numberTaken(foreign)] };
  const read = readSow(data);
  if (read.kind === 'ok') return { kind: 'ready', sow: read.sow };
  return isWon ? { kind: 'incomplete', problems: read.problems } : NOT_YET;
}

/** Nothing is said of whose it is: that is not for everybody who may type a number. */
function numberTaken(number: EngagementKey): InputProblem {
  return problem(
    { at: ['sow', 'number'] },
    `${number} is the number of an engagement that this deal does not belong to`,
    'Correct the number where it is written. Where it is right, the deal says it itself: sow.number in its source.',
  );
}

/**
 * Whether an engagement that has the number already is what this deal hands over: it names the deal, or nobody, and was
 * bought by the same customer by the same opportunity. A number alone proves nothing: everybody who may edit an issue can
 * type one.
 */
export function isHandedOver(
  there: ReadChained,
  { sow, deal }: { readonly sow: Sow; readonly deal: EngagementKey },
): boolean {
  if (there.knows.length > 0) return there.knows.includes(deal);
  return there.sow !== null && !isOtherBuyer(there.sow, sow);
}

/** Day on which the deal came into its stage; `undefined`: it was launched in it, or that is too long ago. */
function stagedOn({ revisions }: SowHistory): string | undefined {
  return revisions.findLast(({ fields }) => fields.includes('deal.stage'))?.on;
}

/**
 * What is known of a SOW, in its shape; checked by nobody yet. What is not named here stays with those who may read the
 * deal.
 *
 * @param wonOn when the deal was won, where that is known
 */
function sowData(
  { process, sow: subject, steps }: Pick<Assessment, 'process' | 'sow' | 'steps'>,
  wonOn: string | undefined,
): unknown {
  if (!isDeal(subject)) return {};
  const { deal, customer, contacts, deployment, links, sow, statement } = subject;
  const [number] = sowsOf(subject);
  const known: unknown = {
    engagement: deal.name,
    closed_won_on: wonOn,
    ...statement,
    sow: { number, signed_on: sow?.signed_on, url: sow?.url },
    customer,
    stage: 'closed_won',
    deployment,
    contacts,
    opportunity: { url: deal.url },
    links,
    handover: { deal: deal.key, from: handedOverFrom({ process, steps }) },
  };
  return Object.entries(process.handsOver?.fields ?? {}).reduce((data, [path, { step, field }]) => {
    const status = steps.find(({ key }) => key === step);
    const reading = status?.evidence.find((one) => one.field === field);
    const value = reading?.problem === null ? reading.value : null;
    return value === null || value === undefined ? data : withDefault(data, path.split('.'), value);
  }, known);
}

/** Address of the issue that says what delivery has to know, else of the one after which it begins. */
function handedOverFrom({ process, steps }: Pick<Assessment, 'process' | 'steps'>): string | undefined {
  const { after, fields } = process.handsOver ?? { after: null, fields: {} };
  const [, said] = Object.entries(fields).find(([path]) => path.startsWith('handover.')) ?? [];
  const from = said?.step ?? after;
  return steps.find(({ key }) => key === from)?.issue?.url;
}

/** The data with a value where there is none. Numbers are written with digits alone. */
function withDefault(data: unknown, at: FieldPath, text: string): unknown {
  if (valueAt(data, at) !== undefined) return data;
  return withValueAt(data, at, /^\d+(\.\d+)?$/.test(text) && at.at(-1) === 'scoped' ? Number(text) : text);
}
