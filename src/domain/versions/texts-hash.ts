import { canonicalJson, checksum } from '#domain/base/record-line.ts';
import type { ProcessDefinition, Step } from '#domain/process/process.ts';
import { RECURS_TEXTS } from '#domain/recurring/recurs.ts';

/** Definitions do not change, and are asked for once per engagement. */
const known = new WeakMap<ProcessDefinition, string>();

/**
 * Hash of the texts of a process: what people read, and what decides nothing. The opposite of `rulesHash`: what does not
 * count there counts here. @example `'1f0c9a3be2d4a871'`
 */
export function textsHash(process: ProcessDefinition): string {
  const found = known.get(process) ?? checksum(canonicalJson(textsOf(process)));
  known.set(process, found);
  return found;
}

function textsOf({ name, summary, titles, epicBody, partials, steps }: ProcessDefinition): unknown {
  return { name, summary, titles, epicBody, partials, steps: steps.map(textsOfStep) };
}

function textsOfStep({ id, title, body, done_when, recurs }: Step): unknown {
  const evidence = done_when.evidence.map(({ field, hint }) => [field, hint]);
  return { id, title, body, evidence, recurs: recurs && RECURS_TEXTS.map((text) => recurs[text]) };
}
