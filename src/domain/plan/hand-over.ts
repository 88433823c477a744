/** What a deal lacks to be handed over, told on the step after which it is. */

import { type HandOver, handOverOf } from '#domain/assess/hand-over.ts';
import { formatProblem } from '#domain/base/input-problem.ts';
import { checksum } from '#domain/base/record-line.ts';
import { NO_HISTORY } from '#domain/sow/history.ts';
import { handedOverNote, handOverNote } from '#domain/texts/hand-over-note.ts';
import type { Action } from './action.ts';
import type { Draft, PlanFacts } from './input.ts';

/** Hand-over of the engagement as this run finds it. */
export function handOverNow({ assessment, asking, found, foreign = null }: PlanFacts): HandOver {
  const history = asking?.history ?? found.record?.history ?? NO_HISTORY;
  return handOverOf(assessment, { history, handed: found.record?.handed ?? null, foreign });
}

/** By what is told it is known whether that is told already; `null`: nothing lacks. */
export function toldOf(handOver: HandOver): string | null {
  return handOver.kind === 'incomplete' ? checksum(handOver.problems.map(formatProblem).join('\n')) : null;
}

/** One comment with everything that is missing, edited while that changes. */
export function planHandOver({ facts, context }: Pick<Draft, 'facts' | 'context'>): readonly Action[] {
  const step = facts.assessment.process.handsOver?.after;
  const before = facts.found.record?.handOver ?? null;
  const handOver = handOverNow(facts);
  if (step === undefined || toldOf(handOver) === before) return [];
  const target = { kind: 'step', step } as const;
  return handOver.kind === 'incomplete'
    ? [{ kind: 'write-note', target, rule: 'hand-over', body: handOverNote(handOver.problems, context) }]
    : [{ kind: 'write-note', target, rule: 'hand-over', body: handedOverNote(), ends: true }];
}
