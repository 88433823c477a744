/** Finds the effects of a change request in the description of its issue. */
import { checkShape } from '#domain/base/check-shape.ts';
import { type FieldPath, type InputProblem, located, problem } from '#domain/base/input-problem.ts';
import { readBlocks } from '#domain/markdown/blocks.ts';
import { readManagedBlock } from '#domain/text/managed-block.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';
import { Effects } from './effects.ts';
import { textHash } from './text-hash.ts';

/** Effects as they stand in an issue. Lines of problems count from 1 inside the block. */
export type EffectsReading =
  /** Nobody has written any. */
  | { readonly kind: 'none' }
  | { readonly kind: 'wrong'; readonly text: string; readonly problems: readonly InputProblem[] }
  | {
      readonly kind: 'ok';
      readonly text: string;
      readonly effects: Effects;
      readonly lineOf: (path: FieldPath) => number;
    };

/** A fence that says ` ```yaml change `. */
const OPENING = /^ {0,3}(`{3,}|~{3,})[ \t]*ya?ml[ \t]+change[ \t]*$/i;
/** What a block of effects is called in problems. */
export const EFFECTS = 'effects';

/** Reads the block of effects in a description. One with comments alone is none, and so is what somebody quotes. */
export function readEffects(description: string): EffectsReading {
  const [text, second] = blocksIn(description);
  if (text === undefined || isBlank(text)) return { kind: 'none' };
  if (second !== undefined && !isBlank(second)) {
    const message = 'there are two blocks of effects';
    return { kind: 'wrong', text, problems: [problem({}, message, 'Keep one of them.')] };
  }
  const parsed = parseYaml(text, EFFECTS, { scalars: 'text' });
  if (parsed.kind === 'error') return { kind: 'wrong', text, problems: parsed.problems };
  const shape = checkShape(Effects, withoutBlanks(parsed.value));
  if (shape.kind === 'invalid') {
    const problems = shape.problems.map((found) => located(found, EFFECTS, parsed.lineOf));
    return { kind: 'wrong', text, problems };
  }
  return { kind: 'ok', text, effects: shape.value, lineOf: parsed.lineOf };
}

/** Name of a text of effects, by which it is known again. */
export function effectsName(text: string): string {
  return textHash(text.trim());
}

function blocksIn(description: string): readonly string[] {
  const own = readManagedBlock(description);
  const parts = own === null ? [description] : [own.before, own.after];
  return parts.flatMap((part) =>
    readBlocks(part).flatMap(({ kind, lines, quoted }) =>
      kind === 'fence' && !quoted && OPENING.test(lines[0] ?? '') ? [insideOf(lines).join('\n')] : [],
    ),
  );
}

/** Lines between the fences; one left open ends with the text. */
function insideOf([opening = '', ...rest]: readonly string[]): readonly string[] {
  const mark = OPENING.exec(opening)?.[1] ?? '';
  const end = rest.findIndex((line) => {
    const bare = line.trim();
    return bare.length >= mark.length && bare === mark.charAt(0).repeat(bare.length);
  });
  return end === -1 ? rest : rest.slice(0, end);
}

function isBlank(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#.*)?$/.test(line));
}

/** A field with nothing behind its colon is left out; a minus of typographers is one. */
function withoutBlanks(value: unknown): unknown {
  if (typeof value === 'string') {
    const text = value.trim();
    return text === '' ? null : text.replace(/^[−–](?=\d)/, '-');
  }
  if (Array.isArray(value)) return value.map(withoutBlanks);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withoutBlanks(field)]));
}
