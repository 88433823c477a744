/** The targets of `plan` and `apply` when there may be several: words, and what changed since a commit. */

import { resolve } from 'node:path';
import type { CommandContext } from '#cli/terminal/command.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { AppError, InvalidInputError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { changedInputs } from '#domain/sow/changed-inputs.ts';
import { visible } from '#render/paint.ts';
import { readTargets, type Target } from './target.ts';

/** Target to work on, or the reason why that one cannot be read; the others go on. */
export type Chosen =
  | { readonly kind: 'target'; readonly word: string; readonly target: Target }
  | { readonly kind: 'failed'; readonly word: string; readonly error: AppError };

/** Targets that a command line names. */
export interface ChosenTargets {
  readonly chosen: readonly Chosen[];
  /** Several targets may come, so the answer is a list even with one entry. */
  readonly many: boolean;
  /** Changed files of processes or settings, each of which may change every running engagement. */
  readonly processFiles: readonly string[];
}

/** Option `--changed-since`. */
export const CHANGED_SINCE = {
  type: 'string',
  placeholder: 'commit',
  help: 'Every SOW file that changed since this commit; asks git',
} as const;

/** @throws ConfigError when git cannot tell what changed, InvalidInputError for a single target that cannot be read */
export async function chooseTargets(context: CommandContext, command: string): Promise<ChosenTargets> {
  const since = context.text('changed-since');
  const words = [...new Set(context.positionals)];
  if (since === undefined && words.length === 0)
    throw new UsageError(
      `procession ${command} needs an argument: a SOW file, a SOW number, or --changed-since <commit>.`,
      `procession ${command} --help`,
    );
  if (since === undefined && words.length === 1) {
    const [word = ''] = words;
    const targets = await readTargets(word, context);
    const chosen = targets.map((target): Chosen => ({ kind: 'target', word, target }));
    return { chosen, many: targets.length > 1, processFiles: [] };
  }
  const changed = since === undefined ? null : await changedSince(context, since);
  const all = [...new Set([...words, ...(changed?.sows ?? [])])];
  const chosen: Chosen[] = [];
  for (const word of all) chosen.push(...(await read(word, context)));
  const single = await withoutDoubles(context, chosen, changed !== null);
  return { chosen: single, many: true, processFiles: changed?.process ?? [] };
}

async function changedSince(
  context: CommandContext,
  since: string,
): Promise<ReturnType<typeof changedInputs>> {
  const { templates, configFile } = context.wire.config();
  const changed = changedInputs(await context.wire.changedFiles(since), {
    templates,
    configFile: configFile ?? 'procession.yml',
  });
  for (const file of changed.deletedSows)
    context.output.note(`${visible(file)} was deleted: its engagement is left as it is.`);
  return changed;
}

async function read(word: string, context: CommandContext): Promise<readonly Chosen[]> {
  try {
    return (await readTargets(word, context)).map((target) => ({ kind: 'target', word, target }));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [{ kind: 'failed', word, error }];
  }
}

/**
 * Two files for one engagement would undo each other at every run: both are refused, also where only one of them
 * changed.
 *
 * @param inSows whether the files that did not change count, too
 */
async function withoutDoubles(
  context: CommandContext,
  chosen: readonly Chosen[],
  inSows: boolean,
): Promise<readonly Chosen[]> {
  const here = chosen.flatMap((it) =>
    it.kind === 'target' ? [{ number: it.target.engagement, file: it.word }] : [],
  );
  const others = inSows ? await context.wire.sowFiles(here.map(({ number }) => number)) : [];
  const told = new Set<EngagementKey>();
  return chosen.flatMap((it): readonly Chosen[] => {
    if (it.kind === 'failed') return [it];
    const { engagement } = it.target;
    if (told.has(engagement)) return [];
    told.add(engagement);
    const same = [...here, ...others].filter(({ number }) => number === engagement);
    const files = new Map(same.map(({ file }) => [resolve(context.cwd, file), file]));
    return files.size > 1 ? [doubled(engagement, [...files.values()])] : [it];
  });
}

function doubled(engagement: EngagementKey, files: readonly string[]): Chosen {
  const found = problem(
    { at: engagement },
    `is named by ${files.join(' and ')}`,
    'One of them has the wrong number, or belongs to sows/archive/: procession lint shows the lines.',
  );
  return { kind: 'failed', word: engagement, error: new InvalidInputError([found]) };
}
