import type { BlockContext } from './blocks.ts';
import type { StepKey } from './keys.ts';
import { stepReference } from './references.ts';

/** A step the SOW no longer asks for, as a row of the table or under the list. */
export function leftoverRow(key: StepKey, title: string, { holder }: BlockContext): string {
  return holder === 'epic'
    ? `| ➖ | ${stepReference(key)} ${title} | no longer asked for | – | – |`
    : `- ➖ ${stepReference(key)} ${title}: no longer asked for`;
}
