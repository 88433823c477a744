/** How a deal becomes the SOW that a delivery is launched with. */

import { valueAt, withValueAt } from '#domain/base/check-shape.ts';
import type { FieldPath, InputProblem } from '#domain/base/input-problem.ts';
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
  | { readonly kind: 'ready'; readonly sow: Sow };

const NOT_YET: HandOver = { kind: 'not-yet' };

/**
 * The SOW of a deal: from what the deal knows, and from the evidence that its process names, where the deal does not say.
 * It is time when the step is done that the process hands over after, and the deal is won. A deal that no CRM tells of is
 * won by its signature.
 */
export function handOverOf(
  assessment: Pick<Assessment, 'process' | 'sow' | 'steps' | 'withdrawn'>,
  history: SowHistory,
): HandOver {
  const { process, sow: deal, steps, withdrawn } = assessment;
  const rule = process.handsOver;
  if (rule === undefined || !isDeal(deal) || withdrawn) return NOT_YET;
  const signed = steps.find(({ key }) => key === rule.after);
  const isWon = deal.deal.stage === 'closed_won';
  const hasCrm = history.sources.crm !== undefined;
  if (signed?.done !== true || (hasCrm && !isWon)) return NOT_YET;
  const read = readSow(sowData(assessment, isWon ? stagedOn(history) : undefined));
  if (read.kind === 'ok') return { kind: 'ready', sow: read.sow };
  return isWon ? { kind: 'incomplete', problems: read.problems } : NOT_YET;
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
    handover: { deal: deal.key },
  };
  return Object.entries(process.handsOver?.fields ?? {}).reduce((data, [path, { step, field }]) => {
    const status = steps.find(({ key }) => key === step);
    const reading = status?.evidence.find((one) => one.field === field);
    const value = reading?.problem === null ? reading.value : null;
    return value === null || value === undefined ? data : withDefault(data, path.split('.'), value);
  }, known);
}

/** The data with a value where there is none. Numbers are written with digits alone. */
function withDefault(data: unknown, at: FieldPath, text: string): unknown {
  if (valueAt(data, at) !== undefined) return data;
  return withValueAt(data, at, /^\d+(\.\d+)?$/.test(text) && at.at(-1) === 'scoped' ? Number(text) : text);
}
