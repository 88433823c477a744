/** What the first word of `plan`, `apply` and `explain` means: an engagement, a SOW file or a plan file. */
import { resolve } from 'node:path';
import type { CommandContext } from '#cli/terminal/command.ts';
import { readText } from '#cli/terminal/files.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { InvalidInputError } from '#domain/base/errors.ts';
import { formatProblem, problem, shown } from '#domain/base/input-problem.ts';
import { type EngagementKey, isEngagementKey } from '#domain/base/keys.ts';
import { type PlanFile, parsePlanFiles } from '#domain/policy/plan-file.ts';
import type { SourceSow } from '#domain/sow/history.ts';
import { keyOf, type Subject } from '#domain/sow/subject.ts';

/** Thing that a word of the command line names. */
export type Target =
  | { readonly kind: 'engagement'; readonly engagement: EngagementKey }
  | {
      readonly kind: 'sow';
      readonly engagement: EngagementKey;
      readonly sow: Subject;
      readonly file: string;
      /** Where it comes from; `null`: the file itself, of which git knows more. */
      readonly origin: SourceSow['origin'] | null;
    }
  | {
      readonly kind: 'plan-file';
      readonly engagement: EngagementKey;
      readonly planFile: PlanFile;
      readonly file: string;
    };

/**
 * Reads what a word names. A word that ends in `.yml`, `.yaml` or `.json`, or holds a slash, is a file; a JSON file is
 * one or several plans when it looks like that, else a SOW.
 *
 * @throws InvalidInputError with every problem of the file, or how to write a SOW number
 */
export async function readTargets(word: string, context: CommandContext): Promise<readonly Target[]> {
  if (!isFileName(word)) return [{ kind: 'engagement', engagement: parseKey(word) }];
  if (word.toLowerCase().endsWith('.json')) {
    const plans = parsePlanFiles(await readText(resolve(context.cwd, word), word), word);
    if (plans !== null)
      return plans.map((planFile) => ({
        kind: 'plan-file',
        engagement: planFile.engagement,
        planFile,
        file: word,
      }));
  }
  const { sow, warnings } = await context.wire.sow(word);
  for (const warning of warnings) context.output.note(formatProblem(warning));
  return [{ kind: 'sow', engagement: keyOf(sow), sow, file: word, origin: null }];
}

/** The one thing that a word names. @throws UsageError for a file with several plans */
export async function readTarget(word: string, context: CommandContext): Promise<Target> {
  const [target, second] = await readTargets(word, context);
  if (target !== undefined && second === undefined) return target;
  throw new UsageError(
    `${word} holds ${target === undefined ? 'no plan' : 'several plans'}. To carry it out: procession apply ${word}`,
    'procession plan --help',
  );
}

function isFileName(word: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(word) || /[/\\]/.test(word);
}

/** @throws InvalidInputError that says how it is written, with the number meant where that is clear */
export function parseKey(word: string): EngagementKey {
  if (isEngagementKey(word)) return word;
  const [, kind = 'SOW', rest] = /^(?:(sow|deal)[-_ ]?)?([0-9][A-Za-z0-9.-]*)$/i.exec(word) ?? [];
  const fix =
    rest === undefined
      ? 'Write the SOW number as on its label, for example SOW-1042, the key of a deal, for example DEAL-88121, or the path of a SOW file, for example sows/SOW-1042.yml.'
      : `Did you mean ${kind.toUpperCase()}-${rest}?`;
  const message = `expected SOW- or DEAL- and a number, or a file, got ${shown(word)}`;
  throw new InvalidInputError([problem({}, message, fix)], 'This is no SOW number:');
}
