/** `--record`: every decision of a run as a line of a file, to be made again by `procession replay`. */
import { resolve } from 'node:path';
import type { ReconcileDeps } from '#reconciler/reconcile.ts';
import { recordDecisions } from '#reconciler/record-decisions.ts';
import type { CommandContext, CommandOption } from './command.ts';
import { openDecisionFile } from './decision-file.ts';

export const RECORD_OPTIONS = {
  record: {
    type: 'string',
    placeholder: 'file',
    help: 'Append every decision to this file, with what it was made from: for procession replay',
  },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** What tells decisions to the file of `--record`; nothing without it. @throws InvalidInputError when it cannot be written */
export async function openRecorder(
  { text, cwd, output }: CommandContext,
  deps: Pick<ReconcileDeps, 'gitlab' | 'processes'>,
): Promise<Pick<ReconcileDeps, 'onDecided'>> {
  const named = text('record');
  if (named === undefined) return {};
  const append = await openDecisionFile(resolve(cwd, named), named, (message) => output.warning(message));
  return { onDecided: recordDecisions(deps, append) };
}
