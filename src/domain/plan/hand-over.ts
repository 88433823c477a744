/** What a deal lacks to be handed over, told on the step after which it is. */

import { formatProblem } from '#domain/base/input-problem.ts';
import { checksum } from '#domain/base/record-line.ts';
import { handedOverNote, handOverNote, notAskedNote } from '#domain/texts/hand-over-note.ts';
import type { Action } from './action.ts';
import type { Draft, PlanFacts } from './input.ts';

/**
 * By what is told it is known whether that is told already; `null`: nothing lacks. While the delivery is being launched,
 * what was told stays: it is settled when the delivery is there.
 */
export function toldOf({
  assessment: { handOver },
  found,
}: Pick<PlanFacts, 'assessment' | 'found'>): string | null {
  if (handOver.kind === 'ready') return found.record?.handOver ?? null;
  return handOver.kind === 'incomplete' ? checksum(handOver.problems.map(formatProblem).join('\n')) : null;
}

/** One comment with everything that is missing, edited while that changes. */
export function planHandOver({ facts, context }: Pick<Draft, 'facts' | 'context'>): readonly Action[] {
  const { process, handOver } = facts.assessment;
  const step = process.handsOver?.after;
  if (step === undefined || toldOf(facts) === (facts.found.record?.handOver ?? null)) return [];
  const note = { kind: 'write-note', target: { kind: 'step', step }, rule: 'hand-over' } as const;
  if (handOver.kind === 'incomplete') return [{ ...note, body: handOverNote(handOver.problems, context) }];
  const body = handOver.kind === 'done' ? handedOverNote(handOver.sow) : notAskedNote();
  return [{ ...note, body, ends: true }];
}
