import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import { formatProblem, problemData } from '#domain/base/input-problem.ts';
import { counted } from '#domain/base/sentence.ts';
import type { Wire } from '#wire/wire.ts';

export const command: Command = {
  name: 'lint',
  summary: 'check every process, template, setting and SOW file',
  usage: '[path…] [options]',
  positionals: { min: 0, max: 1000 },
  options: { json: { type: 'boolean', help: 'Print the problems as JSON' } },
  details: [
    'Checks procession.yml, every process under the templates folder and every SOW file in sows/ and its folders (sows/archive/ is left out), or only the given files and folders, and prints all problems at once: where, what was expected, what was there, and the fix. Needs no GitLab.',
    'Paths: a SOW file, a folder of SOW files, a templates folder, the folder of one process, or a file in it.',
    'Exit codes: 0 no errors (warnings do not count), 2 something is wrong.',
  ].join('\n\n'),
  examples: [
    'procession lint',
    'procession lint sows/SOW-1042.yml',
    'procession lint issue_templates/delivery --json',
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const result = await lint(context.positionals, context.wire);
  const errors = result.problems.filter(({ severity }) => severity === 'error').length;
  if (context.flag('json'))
    context.output.json({
      version: 1,
      passed: errors === 0,
      checked: result.checked,
      problems: result.problems.map(problemData),
    });
  else tell(context, result, errors);
  return errors === 0 ? EXIT.done : EXIT.config;
}

type Result = Awaited<ReturnType<Wire['lintPaths']>>;

async function lint(paths: readonly string[], wire: Wire): Promise<Result> {
  if (paths.length === 0) {
    const { config, problems } = wire.lintConfig();
    return also(problems, await wire.lintProject(config));
  }
  const settings = paths.filter((path) => wire.isConfigFile(path));
  const others = paths.filter((path) => !wire.isConfigFile(path));
  const problems = settings.flatMap((file) => wire.lintConfig(file).problems);
  return also(problems, await wire.lintPaths(others));
}

function also(problems: Result['problems'], { problems: others, checked }: Result): Result {
  return { problems: [...problems, ...others], checked };
}

function tell({ output }: CommandContext, { problems, checked }: Result, errors: number): void {
  for (const problem of problems)
    output.result(output.paint(problem.severity === 'error' ? 'bad' : 'change', formatProblem(problem)));
  const what = [
    counted(checked.processes, 'process', 'processes'),
    counted(checked.sows, 'SOW'),
    ...(checked.deals > 0 ? [counted(checked.deals, 'deal')] : []),
  ].join(', ');
  const warnings = problems.length - errors;
  const found = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ];
  output.result(`${what}: ${found.length === 0 ? 'no problems' : found.join(', ')}`);
}
