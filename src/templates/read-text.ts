import { readFileSync, statSync } from 'node:fs';
import {
  type DecodedText,
  decodeText,
  MAX_INPUT_BYTES,
  noFile,
  tooLarge,
  unreadable,
} from '#yaml/decode-text.ts';

/**
 * Reads a text file at once: a process has some forty small ones, and asking a thread for each takes ten times as long. Its
 * size is looked at first, so that a huge one never gets into memory. Nothing is thrown.
 */
export function readText(file: string): DecodedText {
  try {
    const found = statSync(file);
    if (!found.isFile()) return { kind: 'error', problem: noFile(file) };
    if (found.size > MAX_INPUT_BYTES) return { kind: 'error', problem: tooLarge(file, found.size) };
    return decodeText(readFileSync(file), file);
  } catch (error) {
    return { kind: 'error', problem: unreadable(file, error) };
  }
}
