/** How a deal becomes the SOW that a delivery is launched with. */

import { valueAt, withValueAt } from '#domain/base/check-shape.ts';
import { type FieldPath, type InputProblem, problem, shown } from '#domain/base/input-problem.ts';
import { sowsOf } from '#domain/sow/deal.ts';
import { type SowHistory, stagedOn } from '#domain/sow/history.ts';
import { sowPaths } from '#domain/sow/paths.ts';
import { readSow } from '#domain/sow/problems.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { isDeal } from '#domain/sow/subject.ts';
import type { HandOver } from './hand-over-state.ts';
import { handedEvidence, isChanged } from './handed.ts';
import type { Assessment } from './step-status.ts';
import { takenFix, takenText } from './taken.ts';

const NOT_YET: HandOver = { kind: 'not-yet' };

type Facts = Pick<
  Assessment,
  'process' | 'sow' | 'steps' | 'withdrawn' | 'closed' | 'named' | 'chain' | 'taken' | 'handed'
>;

/**
 * What becomes of a deal: from what the deal knows, and from the evidence that its process names, where the deal does not
 * say. It is time when the step is done that the process hands over after, with every step whose evidence goes along, and
 * the deal is won. A deal that no CRM tells of is won by its signature. A delivery that is there already is joined without
 * that. Evidence that was changed after its step was done is asked about first; another number of a SOW, where there is a
 * delivery, is a question of its own.
 */
export function handOverOf(assessment: Facts, history: SowHistory): HandOver {
  const { process, sow: deal, steps, withdrawn, closed, named, chain } = assessment;
  const rule = process.handsOver;
  if (rule === undefined || !isDeal(deal) || withdrawn || closed) return NOT_YET;
  const [number] = named;
  const isWon = deal.deal.stage === 'closed_won';
  const read = (): Delivery => readDelivery(assessment, isWon ? stagedOn(history) : undefined);
  const from = chain.filter(({ key }) => !named.includes(key));
  if (number !== undefined && from.length > 0) {
    const problems = chain.some(({ key }) => key === number) ? [] : read().problems;
    return { kind: 'renamed', from, to: number, problems };
  }
  if (number !== undefined && chain.some(({ key }) => key === number)) return { kind: 'done', sow: number };
  // Of a deal only its end waits for an answer: what its source has said last is that it is lost.
  const isLost = Object.values(history.sources).some((source) => (source?.offer ?? null) !== null);
  if (steps.find(({ key }) => key === rule.after)?.done !== true || isLost) return NOT_YET;
  const sources = new Set(Object.values(rule.fields).map(({ step }) => step));
  const open = steps.filter(({ key, done }) => sources.has(key) && !done).map(({ key }) => key);
  const isAwaited = history.sources.crm !== undefined && !isWon;
  if (isAwaited || open.length > 0) return { kind: 'waits', stage: isAwaited ? deal.deal.stage : null, open };
  const { sow, problems } = read();
  return sow === null || problems.length > 0 ? { kind: 'incomplete', problems } : { kind: 'ready', sow };
}

/** What a deal leads to. */
interface Delivery {
  /** `null`: what is known makes no SOW. */
  readonly sow: Sow | null;
  /** Everything that keeps it from being launched. */
  readonly problems: readonly InputProblem[];
}

function readDelivery(assessment: Facts, wonOn: string | undefined): Delivery {
  const read = readSow(sowData(assessment, wonOn));
  const [number] = assessment.named;
  const foreign = assessment.taken
    .filter(({ key }) => key === number)
    .map((one) => problem({ at: ['sow', 'number'] }, takenText(one), takenFix(one, 'Correct the number.')));
  const own = read.kind === 'ok' ? [] : read.problems;
  return {
    sow: read.kind === 'ok' ? read.sow : null,
    problems: [...changedEvidence(assessment, wonOn), ...foreign, ...own],
  };
}

/** Evidence that would go to the delivery and says something else than when its step was done. */
function changedEvidence(assessment: Facts, wonOn: string | undefined): readonly InputProblem[] {
  const said = saidByDeal(assessment, wonOn);
  return handedEvidence(assessment)
    .filter(({ path }) => valueAt(said, path.split('.')) === undefined)
    .filter((one) => isChanged(one, assessment.handed))
    .map(({ path, step, field, value }) =>
      problem(
        { at: path.split('.') },
        `"${field}" of ${assessment.steps.find(({ key }) => key === step)?.step.title ?? step} was changed after the step was done; it says ${shown(value)} now`,
        'Put back what it said; or open its issue again, and close it when its label has changed: then it counts as it is.',
      ),
    );
}

/**
 * What is known of a SOW, in its shape; checked by nobody yet. What is not named here stays with those who may read the
 * deal.
 *
 * @param wonOn when the deal was won, where that is known
 */
function sowData(assessment: Pick<Facts, 'process' | 'sow' | 'steps'>, wonOn: string | undefined): unknown {
  return handedEvidence(assessment).reduce(
    (data, { path, value }) => withDefault(data, path.split('.'), value),
    saidByDeal(assessment, wonOn),
  );
}

/** {@link sowData} without the evidence. */
function saidByDeal(
  { process, sow: subject, steps }: Pick<Facts, 'process' | 'sow' | 'steps'>,
  wonOn: string | undefined,
): unknown {
  if (!isDeal(subject)) return {};
  const { deal, customer, contacts, deployment, links, sow, statement } = subject;
  const [number] = sowsOf(subject);
  return {
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
  const isNumber = sowPaths().get(at.join('.'))?.kind === 'number' && /^\d+(\.\d+)?$/.test(text);
  return withValueAt(data, at, isNumber ? Number(text) : text);
}
