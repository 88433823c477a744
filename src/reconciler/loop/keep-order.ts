/** Keeps the order of an engagement whose definition is not at hand, from its record alone. */

import { closedBefore } from '#domain/assess/kept-order.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Identified } from '#domain/record/identify.ts';
import { keptOrderNote } from '#domain/texts/notes.ts';
import type { PlacedDeps } from './deps.ts';
import { ensureNote } from './ensure-note.ts';

/**
 * Opens the issues that are closed before their turn, each after its note. Nothing else is written: no issue, no text, no
 * label, no record.
 *
 * @returns the steps that are open again; none where rules are not enforced or the brake stops it
 */
export async function keepOrder(
  { gitlab, settings }: Pick<PlacedDeps, 'gitlab' | 'settings'>,
  found: Identified,
): Promise<readonly StepKey[]> {
  const early = closedBefore(found);
  const { mode, brakes } = settings.policy;
  if (mode !== 'enforce' || early.length > brakes.reopen) return [];
  for (const { step, waitsFor } of early) {
    const issue = found.issues.get(step);
    if (issue === undefined) continue;
    await ensureNote({ gitlab, issues: found.issues }, issue, 'closed-too-early', keptOrderNote(waitsFor));
    await gitlab.updateIssue(issue, { state: 'opened' });
  }
  return early.map(({ step }) => step);
}
