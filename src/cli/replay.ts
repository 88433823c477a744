import { resolve } from 'node:path';
import { type DecisionRecord, parseDecisionRecord } from '#domain/decision-record.ts';
import { AppError, InvalidInputError, InvariantError } from '#domain/errors.ts';
import type { InputProblem } from '#domain/input-problem.ts';
import type { EngagementKey } from '#domain/keys.ts';
import { countReplay, type Replayed } from '#domain/replayed.ts';
import { decideAgain } from '#reconciler/decide-again.ts';
import { processDigests } from '#reconciler/record-decisions.ts';
import { replayText } from '#report/replay-text.ts';
import type { Command, CommandContext } from './command.ts';
import { EXIT } from './exit-code.ts';
import { emptyGitLab } from './offline-gitlab.ts';
import { readLines } from './read-lines.ts';
import { parseSowNumber } from './target.ts';
import { undecidedError } from './undecided.ts';

export const command: Command = {
  name: 'replay',
  summary: 'decide again what was recorded, and show what the rules of now decide otherwise',
  usage: '<recorded events> [SOW-n] [options]',
  positionals: { min: 1, max: 2 },
  options: { json: { type: 'boolean', help: 'Print the differences as JSON' } },
  details: [
    'Reads decisions that plan or sweep recorded with --record, makes each of them again with procession.yml and issue_templates as they are now, and prints what is decided otherwise: where steps stand, whether the epic is closed, which actions are added and which are no longer taken. The facts, the day and what people had ruled by comment are those of the record. No GitLab is asked.',
    'Each decision is made by itself: what people would have done after another one nobody knows. A difference that lasts over several decisions is told once.',
    'Exit codes: 0 everything is decided alike, 5 something is decided otherwise, 2 settings or a process are wrong, 3 lines that are no records, or no record at all.',
  ].join('\n\n'),
  examples: [
    'procession sweep --record decisions.jsonl      # for a while',
    'procession replay decisions.jsonl              # after changing issue_templates',
    'procession replay decisions.jsonl SOW-1042 --json',
  ],
  run,
};

/** Problems beyond these are only counted. */
const MOST_PROBLEMS = 20;

interface Problems {
  readonly first: InputProblem[];
  count: number;
}

async function run(context: CommandContext): Promise<number> {
  const [file = '', word] = context.positionals;
  const engagement = word === undefined ? null : parseSowNumber(word);
  const problems: Problems = { first: [], count: 0 };
  const replayed = await replayAll(context, { file, engagement, problems });
  context.output.clearProgress();
  if (replayed.decisions + problems.count === 0) throw nothingIn(file, engagement);
  if (context.flag('json')) context.output.json(replayData(replayed, problems));
  else context.output.result(replayText(replayed, problems, context.output.paint));
  if (problems.count > 0) return EXIT.input;
  return replayed.different > 0 ? EXIT.planNotEmpty : EXIT.done;
}

async function replayAll(
  { wire, cwd, output }: CommandContext,
  input: { readonly file: string; readonly engagement: EngagementKey | null; readonly problems: Problems },
): Promise<Replayed> {
  const { file, engagement, problems } = input;
  const rules = { processes: await wire.processes(), settings: wire.settings() };
  const digestOf = processDigests(rules.processes);
  const count = countReplay();
  const fail = (problem: InputProblem): void => {
    problems.count += 1;
    if (problems.first.length < MOST_PROBLEMS) problems.first.push(problem);
  };
  for await (const { line, text, percent } of readLines(resolve(cwd, file), file)) {
    if (text?.trim() === '') continue;
    const record =
      text === null
        ? broken({ file, line }, 'is longer than a record can be')
        : parseDecisionRecord(text, { file, line });
    if ('message' in record) {
      fail(record);
      continue;
    }
    if (engagement !== null && record.engagement !== engagement) continue;
    output.progress(percent, 100, record.engagement);
    const now = await decideNow(record, rules);
    if ('broken' in now) fail(broken({ file, line }, now.broken));
    else count.add(record, now, digestOf(record.process) === record.process.digest);
  }
  return count.result();
}

type Now = DecisionRecord['decided'] | { readonly undecided: string } | { readonly broken: string };

async function decideNow(record: DecisionRecord, rules: Parameters<typeof decideAgain>[2]): Promise<Now> {
  const { engagement } = record;
  try {
    const again = await decideAgain(emptyGitLab(), record, rules);
    if (again.kind === 'decided') return again.decided;
    if (again.kind === 'absent' || again.kind === 'not-won' || again.kind === 'record-damaged')
      return { broken: 'holds no engagement that has been launched' };
    const [problem] = undecidedError(engagement, again, rules.processes.ids).problems;
    return { undecided: `${problem?.message}. ${problem?.fix}` };
  } catch (error) {
    const isOurs = error instanceof AppError && !(error instanceof InvariantError);
    if (isOurs) return { undecided: error.message };
    return { broken: `cannot be decided: ${error instanceof Error ? error.message : String(error)}` };
  }
}

interface Place {
  readonly file: string;
  readonly line: number;
}

function broken(place: Place, message: string): InputProblem {
  const fix = 'Take the line out; if Procession itself wrote it, please report it.';
  return { ...place, path: '', message, fix, severity: 'error' };
}

function nothingIn(file: string, engagement: EngagementKey | null): InvalidInputError {
  const message = engagement === null ? 'holds no decision' : `holds no decision about ${engagement}`;
  const fix = 'Record some: procession sweep --record <file>, or procession plan --record <file>.';
  return new InvalidInputError(
    [{ file, line: null, path: '', message, fix, severity: 'error' }],
    'There is nothing to replay:',
  );
}

function replayData(replayed: Replayed, { first, count }: Problems): Readonly<Record<string, unknown>> {
  const { decisions, engagements, different, periods } = replayed;
  return {
    version: 1,
    same: different + count === 0,
    counts: { decisions, engagements, different, problems: count },
    differences: periods,
    problems: first,
  };
}
