/** A file of recorded decisions, one a line, written by commands and by the service. */
import { appendFile, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unusable } from './files.ts';

/** Names of customers and colleagues are in it. */
const FOR_OWNER_ONLY = 0o600;

/**
 * What appends a line. A disk that is full costs records and no decision: it is told once, and tried again with the
 * next. Opened for every line, so that the file may be moved away at any time.
 *
 * @param named as the person wrote it, for messages
 * @param onLost told when lines cannot be written, in a sentence or two
 * @throws InvalidInputError when the file cannot be written from the beginning
 */
export async function openDecisionFile(
  path: string,
  named: string,
  onLost: (message: string) => void,
): Promise<(line: string) => Promise<void>> {
  await beginOnNewLine(path, named);
  let failing = false;
  return async (line) => {
    try {
      await appendFile(path, `${failing ? '\n' : ''}${line}\n`, { mode: FOR_OWNER_ONLY });
      failing = false;
    } catch (error) {
      if (!failing)
        onLost(`Decisions are not recorded. ${unusable(named, 'cannot be written', error).message}`);
      failing = true;
    }
  };
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
