import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { conformanceMarkdown, conformanceText } from '#render/conformance-text.ts';

/** Command `conformance`. */
export const command: Command = {
  name: 'conformance',
  summary: 'prove on a scratch group that this GitLab does what Procession takes for granted',
  usage: '--group <path> [--project <path>] [--markdown | --json]',
  positionals: { min: 0, max: 0 },
  options: {
    group: {
      type: 'string',
      placeholder: '<path>',
      help: 'A group in which everything may be made and removed',
    },
    project: { type: 'string', placeholder: '<path>', help: 'Its project for issues; default: the only one' },
    markdown: { type: 'boolean', help: 'Print a table to paste into an issue' },
    json: { type: 'boolean', help: 'Print what was seen as JSON' },
  },
  details: [
    'Procession was built from the documentation and source of GitLab, and stands on a few dozen facts about it. This makes throwaway epics, issues, labels and comments in the group you name, looks whether GitLab does what is expected, and removes everything it made. Nobody is assigned or mentioned, so nobody is told. It refuses the group of the settings: engagements run there.',
    'GITLAB_TOKEN needs the scope "api" and the Owner role in the group, so that issues can be deleted. With GITLAB_GUEST_TOKEN, a token of a member with the Guest role, it also proves what others may not do.',
    'Exit codes: 0 everything is as expected (what could not be tried does not count), 2 settings or options, 4 something differs, or GitLab refused the group or the token, 75 try again.',
  ].join('\n\n'),
  examples: [
    'procession conformance --group acme/scratch',
    'procession conformance --group acme/scratch --project acme/scratch/proofs --markdown',
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const { wire, output, text, flag } = context;
  const group = text('group');
  if (group === undefined)
    throw new UsageError(
      '--group is missing: name a scratch group, in which everything may be made and removed.',
      'procession conformance --help',
    );
  if (group === wire.config().group)
    throw new UsageError(
      `--group: ${group} is the group of your engagements. Name a scratch group.`,
      'procession conformance --help',
    );
  const found = await wire.conformance({
    group,
    project: text('project') ?? null,
    mark: Date.parse(wire.clock.now()).toString(36),
    onFact: (done, total, id) => output.progress(done, total, id),
  });
  output.clearProgress();
  if (flag('json')) output.json({ version: 1, ...found });
  else output.result(flag('markdown') ? conformanceMarkdown(found) : conformanceText(found, output.paint));
  return found.facts.some(({ outcome }) => outcome === 'differs') ? EXIT.refused : EXIT.done;
}
