/** A SOW as JSON from a sender that is proven, read leniently in form and strictly in content. */
import { problem } from '#domain/base/input-problem.ts';
import { type ReadSow, readSow } from '#domain/sow/problems.ts';

/** SOW in a body, or every problem of that body. */
export type SowBody = ReadSow;

const NOT_JSON: SowBody = {
  kind: 'invalid',
  problems: [problem({}, 'expected JSON', 'Send one SOW as a JSON object, in UTF-8.')],
  warnings: [],
};

/** Reads a SOW from the bytes of a body. */
export function readSowBody(bytes: Buffer): SowBody {
  let value: unknown;
  try {
    value = JSON.parse(withoutByteOrderMark(bytes.toString()));
  } catch {
    return NOT_JSON;
  }
  return readSow(value);
}

/** Windows tools begin files with it, and JSON does not know it. */
function withoutByteOrderMark(text: string): string {
  return text.startsWith('\u{FEFF}') ? text.slice(1) : text;
}
