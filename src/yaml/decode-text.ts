import { systemCode } from '#domain/base/errors.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';

/** Larger inputs are a mistake or an attack: the longest real SOW is a hundred times smaller. */
export const MAX_INPUT_BYTES = 1_048_576;

export type DecodedText =
  | { readonly kind: 'ok'; readonly text: string }
  | { readonly kind: 'error'; readonly problem: InputProblem };

/** The text of a file's bytes: UTF-8, at most {@link MAX_INPUT_BYTES}, without NUL; a byte order mark is dropped. */
export function decodeText(bytes: Uint8Array, file: string): DecodedText {
  if (bytes.length > MAX_INPUT_BYTES) return { kind: 'error', problem: tooLarge(file, bytes.length) };
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    const [line, fix] = [lineOfByte(bytes, nul), 'Save it as text in UTF-8.'];
    return { kind: 'error', problem: problem({ file, line }, 'expected text, got a NUL byte', fix) };
  }
  try {
    return { kind: 'ok', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const fix = 'Save it in UTF-8 (in your editor: encoding or "save as").';
    return {
      kind: 'error',
      problem: problem({ file, line: firstBadLine(bytes) }, 'expected UTF-8 text, got other bytes', fix),
    };
  }
}

/** What is said about a file above {@link MAX_INPUT_BYTES}, which is refused before it is read. */
export function tooLarge(file: string, bytes: number): InputProblem {
  const size = (bytes / 1_048_576).toFixed(1);
  return problem({ file }, `expected at most 1 MiB, got ${size} MiB`, 'Check that this is the right file.');
}

/** What is said about a file that could not be opened or read. */
export function unreadable(file: string, error: unknown): InputProblem {
  const code = systemCode(error) ?? 'unknown';
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return problem({ file }, 'there is no such file', 'Check the name.');
  if (code === 'EACCES' || code === 'EPERM')
    return problem({ file }, 'the file may not be read', 'Check its permissions.');
  return problem({ file }, `the file cannot be read (${code})`, '');
}

/** What is said about a folder, device or pipe in the place of a file. */
export function noFile(file: string): InputProblem {
  return problem({ file }, 'expected a file, got something else', 'Name a file.');
}

const LINE_FEED = 10;

function lineOfByte(bytes: Uint8Array, position: number): number {
  let line = 1;
  for (let index = 0; index < position; index += 1) if (bytes[index] === LINE_FEED) line += 1;
  return line;
}

function firstBadLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let start = 0;
  for (let line = 1; ; line += 1) {
    const end = bytes.indexOf(LINE_FEED, start);
    try {
      decoder.decode(bytes.subarray(start, end === -1 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end === -1) return line;
    start = end + 1;
  }
}
