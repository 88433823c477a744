/** What a change request wants: its effects, held against the SOW of now. */
import { type InputProblem, located } from '#domain/base/input-problem.ts';
import { remembering } from '#domain/markdown/remembering.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { applyEffects } from './apply-effects.ts';
import type { Effects } from './effects.ts';
import { EFFECTS, type EffectsReading, readEffects } from './read-effects.ts';

/** Effects of a change request and the SOW with them. Lines of problems count from 1 inside the block. */
export type WantedChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'wrong'; readonly text: string; readonly problems: readonly InputProblem[] }
  | { readonly kind: 'ok'; readonly text: string; readonly effects: Effects; readonly sow: Sow };

/** Descriptions are read in every run, and change rarely. */
const effectsIn: (description: string) => EffectsReading = remembering(readEffects);

/** Reads what a change request wants. @param spent hours used by now; `null`: nobody has told any */
export function wantedChange(description: string, sow: Sow, spent: number | null): WantedChange {
  const read = effectsIn(description);
  if (read.kind !== 'ok') return read;
  const { text, effects, lineOf } = read;
  const changed = applyEffects(effects, sow, spent);
  return changed.kind === 'ok'
    ? { kind: 'ok', text, effects, sow: changed.sow }
    : { kind: 'wrong', text, problems: changed.problems.map((found) => located(found, EFFECTS, lineOf)) };
}
