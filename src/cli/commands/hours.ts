import { resolve } from 'node:path';
import { undecidedError } from '#cli/targets/undecided.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT, exitCodeOf, mostSevere } from '#cli/terminal/exit-code.ts';
import { readText } from '#cli/terminal/files.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { localDate } from '#domain/base/calendar.ts';
import { AppError } from '#domain/base/errors.ts';
import { formatProblem, type InputProblem, problem, problemData } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { counted } from '#domain/base/sentence.ts';
import { type HoursRow, readHoursTable } from '#domain/hours/csv.ts';
import { type HoursStatement, MOST_SOURCES, oldestDay } from '#domain/hours/memory.ts';
import type { HoursReading } from '#domain/hours/reading.ts';
import { statementsOf } from '#domain/hours/statement.ts';
import { hoursText } from '#domain/hours/words.ts';
import { decide } from '#reconciler/loop/decide.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { readWhole } from '#reconciler/loop/look-closer.ts';
import { settle } from '#reconciler/loop/reconcile.ts';
import { visible } from '#render/paint.ts';

export const command: Command = {
  name: 'hours',
  summary: 'take in the hours of a time tool, day by day',
  usage: 'import <file.csv> [options]',
  words: ['import'],
  positionals: { min: 2, max: 2 },
  options: {
    source: {
      type: 'string',
      placeholder: 'name',
      help: 'What the time tool is called wherever its hours are shown (default: time tool)',
    },
    'dry-run': { type: 'boolean', help: 'Say what the file holds and what is wrong with it; write nothing' },
    json: { type: 'boolean', help: 'Print the result as JSON, with every bad row' },
  },
  details: [
    'Reads a CSV with the header id,engagement,day,hours,person,billable: one row for each entry of the time tool, days as YYYY-MM-DD, hours with a decimal point; person and billable may be empty. Sums per day go into the record of each engagement; names of persons do not.',
    'A file is a statement: for each engagement, each day in it replaces what the same time tool said of that day before. Import the same file twice and nothing changes; import a corrected one and the correction counts. So a file holds all rows of its days; to take back all hours of a day, give it one row with 0.',
    'Each row is judged alone: good ones count, bad ones are listed with line, field and what to do. Hours of the time tool count before hours.consumed of the SOW, and that before /spend; they are never added up. More: docs/hours.md.',
    'Exit codes: 0 every row was taken, 2 settings, 3 rows or engagements were left out (the others are taken), 4 GitLab refused, 75 try again.',
  ].join('\n\n'),
  examples: [
    'procession hours import april.csv --dry-run',
    'procession hours import april.csv',
    'procession hours import april.csv --source Kantata',
  ],
  run,
};

/** What came of one engagement. */
interface Line {
  readonly engagement: EngagementKey;
  readonly outcome: 'taken' | 'unchanged' | 'would take' | 'left out';
  readonly rows: number;
  readonly message: string;
  readonly problems: readonly InputProblem[];
  readonly exit: number;
}

/** Time tools have short names. */
const LONGEST_NAME = 40;

async function run(context: CommandContext): Promise<number> {
  const [verb, file = ''] = context.positionals;
  if (verb !== 'import')
    throw new UsageError(
      `procession hours knows import, not ${verb ?? 'nothing'}`,
      'procession hours --help',
    );
  const source = (context.text('source') ?? 'time tool').trim();
  if (source === '' || source.length > LONGEST_NAME || ['SOW', '/spend'].includes(source))
    throw new UsageError(
      `--source takes a name of 1 to ${LONGEST_NAME} characters that is not SOW or /spend`,
      'procession hours --help',
    );
  const deps = await context.wire.deps();
  const today = localDate(deps.clock.now(), deps.settings.calendar);
  const table = readHoursTable(await readText(resolve(context.cwd, file), file), { file, today });
  const rowsOf = Map.groupBy(table.rows, ({ engagement }) => engagement);
  const statements = statementsOf(table.rows, source);
  const lines: Line[] = [];
  for (const [engagement, statement] of statements) {
    context.output.progress(lines.length + 1, statements.size, engagement);
    const rows = rowsOf.get(engagement) ?? [];
    lines.push(await take({ deps, engagement, rows, statement, file, isDry: context.flag('dry-run') }));
  }
  context.output.clearProgress();
  const problems = [...table.problems, ...lines.flatMap((line) => line.problems)].toSorted(
    (one, other) => (one.line ?? 0) - (other.line ?? 0),
  );
  tell(context, lines, problems);
  return mostSevere([
    problems.some(({ severity }) => severity === 'error') ? EXIT.input : EXIT.done,
    ...lines.map(({ exit }) => exit),
  ]);
}

interface Import {
  readonly deps: ReconcileDeps;
  readonly engagement: EngagementKey;
  readonly rows: readonly HoursRow[];
  readonly statement: HoursStatement;
  readonly file: string;
  readonly isDry: boolean;
}

/** One engagement that fails does not stop the others. */
async function take(it: Import): Promise<Line> {
  try {
    return await takeOne(it);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return leftOut(it, error.message, [], exitCodeOf(error));
  }
}

async function takeOne(it: Import): Promise<Line> {
  const { deps, engagement, rows, statement, isDry } = it;
  const decision = await decide(deps, await readWhole(deps.gitlab, engagement), { statement });
  if (decision.kind === 'absent') return leftOut(it, `no engagement ${engagement} runs here`, unknown(it));
  if (decision.kind === 'not-won') return leftOut(it, `its stage is ${decision.stage}`, []);
  if (decision.kind !== 'decided') throw undecidedError(engagement, decision, deps.processes.ids);
  const { found, assessment } = decision.facts;
  const before = found.record?.hours;
  const sources = Object.keys(before?.statements ?? {});
  if (!sources.includes(statement.source) && sources.length >= MOST_SOURCES)
    return leftOut(
      it,
      `it has hours of ${sources.join(', ')} already; --source takes one of these names`,
      [],
    );
  const old = oldRows(it, before === undefined ? null : oldestDay(before, statement.source));
  const text = told(assessment.hours.reading);
  const taken = { engagement, rows: rows.length - old.length, message: text, problems: old, exit: EXIT.done };
  if (isDry) return { ...taken, outcome: 'would take' };
  const outcome = await settle(deps, engagement, decision, { statement });
  if (outcome.kind === 'unchanged') return { ...taken, outcome: 'unchanged' };
  if (outcome.kind === 'applied') return { ...taken, outcome: 'taken' };
  if (outcome.kind === 'paused') return { ...taken, outcome: 'taken' };
  if (outcome.kind === 'shadow') return { ...taken, rows: 0, outcome: 'would take' };
  const why = outcome.kind === 'braked' ? outcome.why : 'it could not be read again';
  return leftOut(it, why, [], EXIT.refused);
}

function told(reading: HoursReading | null): string {
  return reading === null ? 'no hours are sold or recorded' : hoursText(reading);
}

function leftOut(
  { engagement }: Pick<Import, 'engagement'>,
  message: string,
  problems: readonly InputProblem[],
  exit: number = EXIT.input,
): Line {
  return { engagement, outcome: 'left out', rows: 0, message, problems, exit };
}

function unknown({ rows, engagement, file }: Import): readonly InputProblem[] {
  return rows.map(({ line }) =>
    problem(
      { file, line, at: 'engagement' },
      `no engagement ${engagement} runs here`,
      'Correct the number, or leave the row out until its SOW is launched.',
    ),
  );
}

/** Rows of days that are known only as part of a sum. */
function oldRows({ rows, file }: Import, until: string | null): readonly InputProblem[] {
  if (until === null) return [];
  return rows
    .filter(({ day }) => day <= until)
    .map(({ line, day }) =>
      problem(
        { file, line, at: 'day' },
        `the hours up to ${until} are kept as one sum, so those of ${day} cannot be replaced`,
        `Correct them with a row of a later day, for example -2 hours.`,
      ),
    );
}

/** Bad rows told on a terminal; the rest is in `--json`. */
const MOST_TOLD = 50;

function tell(
  { output, flag }: CommandContext,
  lines: readonly Line[],
  problems: readonly InputProblem[],
): void {
  if (flag('json')) {
    output.json({
      version: 1,
      dryRun: flag('dry-run'),
      engagements: lines.map(({ engagement, outcome, rows, message, exit }) => ({
        engagement,
        outcome,
        rows,
        message,
        exitCode: exit,
      })),
      problems: problems.map(problemData),
    });
    return;
  }
  for (const it of problems.slice(0, MOST_TOLD)) output.warning(output.paint('bad', formatProblem(it)));
  const left = problems.length - MOST_TOLD;
  if (left > 0) output.warning(`and ${counted(left, 'more problem')}; --json lists all of them.`);
  for (const { engagement, outcome, rows, message } of lines) {
    const amount = outcome === 'left out' ? '' : `, ${counted(rows, 'row')}`;
    output.result(`${engagement}: ${outcome}${amount}; ${visible(message)}`);
  }
  const rows = lines.reduce((sum, line) => sum + line.rows, 0);
  const verb = flag('dry-run') ? 'Would take' : 'Took';
  const bad = problems.length === 0 ? '' : `; ${counted(problems.length, 'problem')} above`;
  output.result(
    output.paint(
      'heading',
      `${verb} ${counted(rows, 'row')} of ${counted(lines.length, 'engagement')}${bad}.`,
    ),
  );
}
