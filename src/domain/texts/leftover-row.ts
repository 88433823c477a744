import type { StepKey } from '#domain/base/keys.ts';
import { stepReference } from '#domain/text/references.ts';
import type { BlockContext } from './blocks.ts';

/** A step the SOW no longer asks for, as a row of the table or under the list. */
export function leftoverRow(key: StepKey, title: string, { holder }: BlockContext): string {
  return holder === 'epic'
    ? `| ➖ | ${stepReference(key)} ${title} | no longer asked for | – | – |`
    : `- ➖ ${stepReference(key)} ${title}: no longer asked for`;
}
