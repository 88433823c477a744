import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { ConfigError } from '#domain/base/errors.ts';
import { formatPath } from '#domain/base/input-problem.ts';
import {
  compareVersions,
  summarizeVersions,
  type VersionDifference,
  type VersionedProcess,
  versionProblem,
} from '#domain/process/version-summary.ts';
import { differenceText, type ToldVersions, versionsText } from '#render/versions-text.ts';

export const command: Command = {
  name: 'versions',
  summary: 'the versions of processes, and what differs between them',
  usage: '[process] [from to] [options]',
  positionals: { min: 0, max: 3 },
  options: { json: { type: 'boolean', help: 'Print as JSON' } },
  details: [
    'Lists the versions of every process, or of one with every rule and text that differs from the version before; with two numbers, what differs between these. Writes nothing. What versions are: docs/process-versions.md.',
    'Exit codes: 0 done, 2 a process has problems, or there is no such process or version.',
  ].join('\n\n'),
  examples: [
    'procession versions',
    'procession versions delivery',
    'procession versions delivery 1 3 --json',
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const [process, from, to] = context.positionals;
  if (process !== undefined && from !== undefined) await tellDifference(context, process, [from, to]);
  else await tellVersions(context, process);
  return EXIT.done;
}

async function tellVersions({ wire, output, flag }: CommandContext, only?: string): Promise<void> {
  const ids = only === undefined ? (await wire.processes()).ids : [only];
  const told: ToldVersions[] = [];
  for (const id of ids) {
    const process = await wire.versions(id);
    told.push({ process: id, name: process.current[0].name, versions: summarizeVersions(process) });
  }
  if (flag('json')) output.json({ version: 1, processes: told.map(dataOf) });
  else for (const one of told) output.result(versionsText(one, only !== undefined, output.paint));
}

async function tellDifference(
  { wire, output, flag }: CommandContext,
  id: string,
  [from, to]: readonly [string, string | undefined],
): Promise<void> {
  if (to === undefined)
    throw new UsageError(
      'procession versions compares two versions: give both numbers.',
      'procession versions --help',
    );
  const difference = differenceOf(await wire.versions(id), from, to);
  if (flag('json')) output.json({ version: 1, process: id, to: Number(to), ...differenceData(difference) });
  else output.result(differenceText(id, Number(to), difference, output.paint));
}

/** @throws ConfigError when one of them is not there */
function differenceOf(process: VersionedProcess, from: string, to: string): VersionDifference {
  const problems = [from, to].flatMap((word) => versionProblem(process, word) ?? []);
  const difference = compareVersions(process, Number(from), Number(to));
  if (problems.length > 0 || difference === null) throw new ConfigError(problems, 'Nothing to compare:');
  return difference;
}

function dataOf({ process, name, versions }: ToldVersions): object {
  return {
    process,
    name,
    versions: versions.map(({ version, since, ...summary }) => {
      return { number: version, ...summary, since: since === null ? null : differenceData(since) };
    }),
  };
}

function differenceData({ from, rules, texts }: VersionDifference): object {
  return {
    from,
    rules: rules.map(({ step, at, ...values }) => ({ step, path: formatPath(at), ...values })),
    texts,
  };
}
