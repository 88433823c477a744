import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { unusable } from './files.ts';

export interface NumberedLine {
  /** From 1. */
  readonly line: number;
  /** `null`: longer than anything that is meant to be read. */
  readonly text: string | null;
  /** How much of the file has been read, from 0 to 100. */
  readonly percent: number;
}

/** Longer lines are passed over, so that no file fills the memory. */
const LONGEST_LINE = 16_000_000;
const LINE_FEED = 10;

/** The lines of a file, one after the other; never the whole of it. @throws InvalidInputError when it cannot be read */
export async function* readLines(path: string, named: string): AsyncGenerator<NumberedLine> {
  const size = await sizeOf(path, named);
  const decoder = new TextDecoder();
  let parts: Uint8Array[] = [];
  let length = 0;
  let line = 0;
  let read = 0;
  const takeLine = (): NumberedLine => {
    const text = length > LONGEST_LINE ? null : decoder.decode(Buffer.concat(parts));
    [parts, length] = [[], 0];
    return { line: (line += 1), text, percent: size === 0 ? 0 : Math.floor((read / size) * 100) };
  };
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
        keep(chunk.subarray(from, at));
        read += at + 1 - from;
        yield takeLine();
        from = at + 1;
      }
      keep(chunk.subarray(from));
      read += chunk.length - from;
    }
  } catch (error) {
    throw unusable(named, 'cannot be read', error);
  }
  if (length > 0) yield takeLine();

  function keep(part: Uint8Array): void {
    length += part.length;
    if (length <= LONGEST_LINE) parts.push(part);
    else parts = [];
  }
}

async function sizeOf(path: string, named: string): Promise<number> {
  try {
    await using file = await open(path);
    return (await file.stat()).size;
  } catch (error) {
    throw unusable(named, 'cannot be read', error);
  }
}
