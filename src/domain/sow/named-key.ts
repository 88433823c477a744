import { type EngagementKey, isEngagementKey } from '#domain/base/keys.ts';
import { fieldAt } from './problems.ts';

/**
 * Key of the engagement that data from outside names, however wrong the rest is; `null`: none that could be one.
 *
 * @example keyNamedIn({ deal: { key: 'DEAL-88121', stage: 7 } }) // DEAL-88121
 */
export function keyNamedIn(value: unknown): EngagementKey | null {
  const named = [
    fieldAt(value, 'number'),
    fieldAt(fieldAt(value, 'deal'), 'key'),
    fieldAt(fieldAt(value, 'sow'), 'number'),
  ];
  return named.find(isEngagementKey) ?? null;
}
