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
} from '#domain/versions/summary.ts';
import { NO_USERS, useOfVersions } from '#domain/versions/use.ts';
import {
  type EngagementVersions,
  readEngagementVersions,
} from '#reconciler/portfolio/engagement-versions.ts';
import { differenceText, type ToldVersions, versionsText } from '#render/versions-text.ts';

export const command: Command = {
  name: 'versions',
  summary: 'the versions of processes: what differs between them, and who runs on which',
  usage: '[process] [from to] [options]',
  positionals: { min: 0, max: 3 },
  options: {
    offline: { type: 'boolean', help: 'Do not ask GitLab who runs on which' },
    json: { type: 'boolean', help: 'Print as JSON' },
  },
  details: [
    'Lists the versions of every process, or of one with every rule and text that differs from the version before; with two numbers, what differs between these. With GITLAB_TOKEN also which engagements run on which version, and which frozen folder nobody needs any more. Writes nothing. What versions are: docs/process-versions.md.',
    'Exit codes: 0 done; 2 settings, a process has problems, or there is no such process or version; 4 GitLab refused, 75 try again.',
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

async function tellVersions(context: CommandContext, only?: string): Promise<void> {
  const { wire, output, flag } = context;
  const ids = only === undefined ? (await wire.processes()).ids : [only];
  const processes: VersionedProcess[] = [];
  for (const id of ids) processes.push(await wire.versions(id));
  const found = await readUse(context);
  const told = processes.map((process): ToldVersions => {
    const [{ id, name }] = process.current;
    const use = found === null ? null : useOfVersions(process, found.engagements);
    return { process: id, name, versions: summarizeVersions(process), use };
  });
  const unreadable = found?.unreadable ?? null;
  if (flag('json')) output.json({ version: 1, processes: told.map(dataOf), unreadable });
  else for (const one of told) output.result(versionsText(one, only !== undefined, output.paint));
  if (unreadable !== null && unreadable.length > 0)
    output.warning(`What these run on cannot be read; procession check says why: ${unreadable.join(', ')}`);
}

/** `null` where GitLab is not asked. */
async function readUse({ wire, output, flag }: CommandContext): Promise<EngagementVersions | null> {
  if (flag('offline')) return null;
  if (wire.hasGitLab()) return await readEngagementVersions(await wire.deps());
  output.note('Who runs on which version is not known: GITLAB_TOKEN is not set.');
  return null;
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

function dataOf({ process, name, versions, use }: ToldVersions): object {
  return {
    process,
    name,
    versions: versions.map(({ version, since, ...summary }) => ({
      number: version,
      ...summary,
      since: since === null ? null : differenceData(since),
      engagements: use === null ? null : (use.users.get(version) ?? NO_USERS),
    })),
    nowhere: use?.nowhere.map(({ engagement, version, rules }) => ({ engagement, version, rules })) ?? null,
  };
}

function differenceData({ from, rules, texts }: VersionDifference): object {
  return {
    from,
    rules: rules.map(({ step, at, ...values }) => ({ step, path: formatPath(at), ...values })),
    texts,
  };
}
