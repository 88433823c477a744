import { readFileSync, statSync } from 'node:fs';
import {
  type DecodedText,
  decodeText,
  MAX_INPUT_BYTES,
  noFile,
  tooLarge,
  unreadable,
} from '#yaml/decode-text.ts';

/** Reads a text file, its size first. Nothing is thrown. */
export function readTextSync(file: string): DecodedText {
  try {
    const found = statSync(file);
    if (!found.isFile()) return { kind: 'error', problem: noFile(file) };
    if (found.size > MAX_INPUT_BYTES) return { kind: 'error', problem: tooLarge(file, found.size) };
    return decodeText(readFileSync(file), file);
  } catch (error) {
    return { kind: 'error', problem: unreadable(file, error) };
  }
}
