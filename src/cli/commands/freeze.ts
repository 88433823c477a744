import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import type { Wire } from '#wire/wire.ts';

export const command: Command = {
  name: 'freeze',
  summary: 'keep the rules of a process as they are, as a version that engagements can name',
  usage: '<process> [options]',
  positionals: { min: 1, max: 1 },
  options: {
    bump: { type: 'boolean', help: 'Then raise "version" in process.yml: what is edited next is a new one' },
    json: { type: 'boolean', help: 'Print the result as JSON' },
  },
  details: [
    'Copies process.yml, epic.md, the steps and the partials to issue_templates/<process>/versions/<n>/, where n is the version in process.yml. Engagements keep the version they were launched with, so freeze before the first launch, and commit the folder. A folder that is there is never given other rules; its texts are brought up to date. Needs no GitLab.',
    'May be interrupted and run again: a version is there whole or not at all. What versions are: docs/process-versions.md.',
    'Exit codes: 0 frozen, or nothing to freeze; 2 the process has problems, or this version is frozen with other rules.',
  ].join('\n\n'),
  examples: ['procession freeze delivery', 'procession freeze delivery --bump'],
  run,
};

type Freezing = Awaited<ReturnType<Wire['freeze']>>;

async function run({ wire, output, positionals, flag }: CommandContext): Promise<number> {
  const [process = ''] = positionals;
  const freezing = await wire.freeze(process, { bump: flag('bump') });
  if (flag('json')) output.json(dataOf(freezing));
  else for (const line of told(freezing)) output.result(line);
  return EXIT.done;
}

function dataOf({ process, version, folder, kind, raisedTo }: Freezing): object {
  return { version: 1, process, number: version, folder, result: kind, raisedTo };
}

function told(freezing: Freezing): readonly string[] {
  return [WORDS[freezing.kind](freezing), ...nextSteps(freezing)];
}

const WORDS: Readonly<Record<Freezing['kind'], (freezing: Freezing) => string>> = {
  frozen: ({ process, version, folder }) => `Version ${version} of ${process} is frozen in ${folder}.`,
  'texts-renewed': ({ process, version, folder }) =>
    `Version ${version} of ${process} was frozen already, with the same rules; its texts in ${folder} are those of today now.`,
  unchanged: ({ process, version, folder }) =>
    `Version ${version} of ${process} is frozen already in ${folder}.`,
  'nothing-new': ({ process, version }) =>
    `Nothing to freeze: version ${version} of ${process} says the same as the version before it.`,
  kept: ({ process, version, folder }) =>
    `Version ${version} of ${process} was frozen with other rules, and stays as it is in ${folder}.`,
};

function nextSteps({ kind, process, version, folder, raisedTo }: Freezing): readonly string[] {
  const commit = kind === 'frozen' || kind === 'texts-renewed' ? [`Next: commit ${folder}.`] : [];
  if (raisedTo !== null)
    return [
      ...commit,
      `process.yml says version: ${raisedTo} now, a draft. When its rules are as they should be, and before it is launched: procession freeze ${process}`,
    ];
  if (kind === 'texts-renewed')
    return [
      ...commit,
      `Engagements that still have the old texts get these with the next sweep. To look first: put the folder back (git), then procession migrate ${process} --texts`,
    ];
  if (kind === 'nothing-new') return ['Next: change what you want to change, then run the same again.'];
  return [
    ...commit,
    `To change a rule later: raise "version" to ${version + 1} in process.yml (procession freeze ${process} --bump does it), edit, freeze again. Texts may change without.`,
  ];
}
