import { resolve } from 'node:path';
import { emptyGitLab } from '#cli/targets/offline-gitlab.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import { writeText } from '#cli/terminal/files.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { didYouMean } from '#domain/base/closest.ts';
import { formatPath, type InputProblem, located, problemData, shown } from '#domain/base/input-problem.ts';
import { tryCase } from '#reconciler/loop/try-case.ts';
import { type CaseReport, caseJunit, caseText, failedCases, type TriedCase } from '#render/case-report.ts';

export const command: Command = {
  name: 'test',
  summary: 'try the cases of processes: what the rules say in situations their authors wrote down',
  usage: '[process…] [options]',
  positionals: { min: 0, max: 100 },
  options: {
    junit: {
      type: 'string',
      placeholder: 'file',
      help: 'Write a JUnit report, shown by GitLab in pipelines and merge requests',
    },
    json: { type: 'boolean', help: 'Print the result as JSON' },
  },
  details: [
    'Runs the cases in the folder tests of the given processes, or of all. A case is a SOW and facts (what is closed, by whom, what is ticked and filled in), and what the rules must say: where each step stands, which rules are broken, which closing steps are open. The engine itself answers, over a GitLab held in memory. Needs no GitLab and no settings.',
    'Prints every expectation that is not met: where it stands, what was expected, what was seen, and what would change it. How to write a case: docs/templates.md.',
    'Exit codes: 0 every case holds, 1 cases fail, 2 a case file or a process is wrong, or there is no case at all.',
  ].join('\n\n'),
  examples: ['procession test', 'procession test delivery', 'procession test --junit cases.xml'],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const report = await tryAll(context);
  context.output.clearProgress();
  const failed = failedCases(report);
  const junit = context.text('junit');
  if (junit !== undefined) await writeText(resolve(context.cwd, junit), junit, caseJunit(report));
  if (context.flag('json')) context.output.json(caseData(report));
  else context.output.result(caseText(report, context.output.paint));
  if (report.problems.length > 0) return EXIT.config;
  return failed.length > 0 ? EXIT.violations : EXIT.done;
}

async function tryAll({ wire, positionals, output }: CommandContext): Promise<CaseReport> {
  const { ids } = await wire.processes();
  const wanted = positionals.length === 0 ? ids : [...new Set(positionals)];
  for (const id of wanted) if (!ids.includes(id)) throw noSuchProcess(id, ids);
  const cases: TriedCase[] = [];
  const problems: InputProblem[] = [];
  for (const process of wanted) {
    const loaded = await wire.cases(process);
    problems.push(...loaded.problems);
    if (loaded.cases.length + loaded.problems.length === 0)
      output.note(`${process} has no cases. Write some in its folder tests; docs/templates.md says how.`);
    for (const [index, ready] of loaded.cases.entries()) {
      const { file, given, lineOf } = ready;
      output.progress(index + 1, loaded.cases.length, given.name);
      const result = await tryCase(emptyGitLab(), ready);
      if (result.kind === 'broken') {
        problems.push(...result.problems.map((found) => located(found, file, lineOf)));
        continue;
      }
      const mismatches = result.kind === 'holds' ? [] : result.mismatches;
      cases.push({
        process,
        file,
        line: lineOf(['name']),
        name: given.name,
        mismatches: mismatches.map(({ at, expected, seen, advice }) => {
          return { line: lineOf(at), path: formatPath(at), expected, seen, advice };
        }),
      });
    }
  }
  if (cases.length + problems.length === 0)
    throw new UsageError(
      `There are no cases for ${wanted.join(', ') || 'any process'}: a test that tries nothing proves nothing. Write some in issue_templates/<process>/tests; docs/templates.md says how.`,
      'procession test --help',
    );
  return { cases, problems };
}

function noSuchProcess(id: string, ids: readonly string[]): UsageError {
  return new UsageError(
    `There is no process ${shown(id)}. ${didYouMean(id, ids, `Processes: ${ids.join(', ')}.`)}`,
    'procession test --help',
  );
}

function caseData(report: CaseReport): Readonly<Record<string, unknown>> {
  const failed = failedCases(report).length;
  return {
    version: 1,
    passed: failed + report.problems.length === 0,
    counts: { cases: report.cases.length, failed, problems: report.problems.length },
    cases: report.cases.map((tried) => ({ ...tried, passed: tried.mismatches.length === 0 })),
    problems: report.problems.map(problemData),
  };
}
