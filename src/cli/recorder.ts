/** `--record`: every decision of a run as a line of a file, to be made again by `procession replay`. */
import { appendFile, mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ReconcileDeps } from '#reconciler/reconcile.ts';
import { recordDecisions } from '#reconciler/record-decisions.ts';
import type { CommandContext, CommandOption } from './command.ts';
import { unusable } from './files.ts';

export const RECORD_OPTIONS = {
  record: {
    type: 'string',
    placeholder: 'file',
    help: 'Append every decision to this file, with what it was made from: for procession replay',
  },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** Names of customers and colleagues are in it. */
const FOR_OWNER_ONLY = 0o600;

/**
 * What tells decisions to the file of `--record`; nothing without it. A disk that fills up on the way ends the
 * recording with a warning, not the run.
 *
 * @throws InvalidInputError when the file cannot be written
 */
export async function openRecorder(
  { text, cwd, output }: CommandContext,
  deps: Pick<ReconcileDeps, 'gitlab' | 'processes'>,
): Promise<Pick<ReconcileDeps, 'onDecided'>> {
  const named = text('record');
  if (named === undefined) return {};
  const path = resolve(cwd, named);
  await beginOnNewLine(path, named);
  let broken = false;
  const onDecided = recordDecisions(deps, async (line) => {
    if (broken) return;
    try {
      await appendFile(path, `${line}\n`, { mode: FOR_OWNER_ONLY });
    } catch (error) {
      broken = true;
      output.warning(`The rest is not recorded. ${unusable(named, 'cannot be written', error).message}`);
    }
  });
  return { onDecided };
}

/** A crash may have cut off the last line. */
async function beginOnNewLine(path: string, named: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await using file = await open(path, 'a+', FOR_OWNER_ONLY);
    const { size } = await file.stat();
    if (size === 0) return;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer.toString() !== '\n') await file.appendFile('\n');
  } catch (error) {
    throw unusable(named, 'cannot be written', error);
  }
}
