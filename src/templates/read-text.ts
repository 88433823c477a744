import { readFile, stat } from 'node:fs/promises';
import {
  type DecodedText,
  decodeText,
  MAX_INPUT_BYTES,
  noFile,
  tooLarge,
  unreadable,
} from '#yaml/decode-text.ts';

/** Reads a text file; its size is looked at first, so that a huge one never gets into memory. Nothing is thrown. */
export async function readText(file: string): Promise<DecodedText> {
  try {
    const found = await stat(file);
    if (!found.isFile()) return { kind: 'error', problem: noFile(file) };
    if (found.size > MAX_INPUT_BYTES) return { kind: 'error', problem: tooLarge(file, found.size) };
    return decodeText(await readFile(file), file);
  } catch (error) {
    return { kind: 'error', problem: unreadable(file, error) };
  }
}
