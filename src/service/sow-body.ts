/** A SOW or a deal as JSON from a sender that is proven, read leniently in form and strictly in content. */
import { problem } from '#domain/base/input-problem.ts';
import type { EngagementKey, SubjectKind } from '#domain/base/keys.ts';
import type { DealSettings } from '#domain/base/settings.ts';
import { keyNamedIn } from '#domain/sow/named-key.ts';
import { isDealShaped, type ReadSubject, readSubject } from '#domain/sow/read-deal.ts';

/** SOW or deal in a body, or every problem of that body; and of what it wants to be, even where it is wrong. */
export type SowBody = ReadSubject & {
  readonly about: SubjectKind;
  /** `null`: it names none that could be one. */
  readonly named: EngagementKey | null;
};

const NOT_JSON: SowBody = {
  kind: 'invalid',
  about: 'sow',
  named: null,
  problems: [problem({}, 'expected JSON', 'Send one SOW or one deal as a JSON object, in UTF-8.')],
  warnings: [],
};

/** Reads a SOW or a deal from the bytes of a body. */
export function readSowBody(bytes: Buffer, deals: DealSettings): SowBody {
  let value: unknown;
  try {
    value = JSON.parse(withoutByteOrderMark(bytes.toString()));
  } catch {
    return NOT_JSON;
  }
  return {
    ...readSubject(value, deals),
    about: isDealShaped(value) ? 'deal' : 'sow',
    named: keyNamedIn(value),
  };
}

/** Windows tools begin files with it, and JSON does not know it. */
function withoutByteOrderMark(text: string): string {
  return text.startsWith('\u{FEFF}') ? text.slice(1) : text;
}
