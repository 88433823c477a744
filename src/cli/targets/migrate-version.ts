/** Engagements to another version of their process: planned, written to a file, carried out as reviewed. */
import { resolve } from 'node:path';
import type { CommandContext } from '#cli/terminal/command.ts';
import { EXIT, exitCodeOf, mostSevere } from '#cli/terminal/exit-code.ts';
import { readText, writeText } from '#cli/terminal/files.ts';
import { toJson } from '#cli/terminal/output.ts';
import { AppError } from '#domain/base/errors.ts';
import { formatProblem, type InputProblem } from '#domain/base/input-problem.ts';
import { counted } from '#domain/base/sentence.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import { dealOf } from '#domain/migration/deal-of.ts';
import { effectText, toldEffects } from '#domain/migration/effects.ts';
import { type MigrationFile, parseMigrationFile } from '#domain/migration/migration-file.ts';
import type { Migration } from '#domain/migration/plan-migration.ts';
import { isDeal } from '#domain/sow/subject.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import {
  carryOutMigration,
  type Goal,
  type PlannedMigration,
  planGone,
  planMigrationOf,
} from '#reconciler/loop/migrate.ts';
import { migrationGroups, migrationText, type Stays } from '#render/migration-text.ts';
import { parseKey } from './target.ts';

/** Migrations of several engagements, planned. */
export interface PlannedMigrations {
  readonly migrations: readonly Migration[];
  readonly stays: readonly Stays[];
  /** Keys of engagements that are there already. */
  readonly there: readonly string[];
  readonly problems: readonly InputProblem[];
}

/**
 * Where the engagements of a process are to go.
 *
 * @param to `null`: back; `texts`: newer texts of their version
 * @param fileOf file of the deal that an engagement becomes, where somebody has named one; else it is looked for in `deals/`
 */
export function goalOf(
  { wire }: Pick<CommandContext, 'wire'>,
  process: string,
  to: Goal['to'],
  dealFileOf: (engagement: string) => string | undefined = () => undefined,
): Goal {
  const read = new Map<string, ReturnType<Goal['mapping']>>();
  const mapping: Goal['mapping'] = async (from, then) => {
    const known = read.get(`${from} ${then}`) ?? wire.mapping(process, from, then);
    read.set(`${from} ${then}`, known);
    return await known;
  };
  return {
    process,
    to,
    mapping,
    dealOf: async (engagement) => {
      const file = dealFileOf(engagement);
      if (file === undefined) return dealOf(engagement, await wire.dealsNaming(engagement), false);
      const { sow } = await wire.sow(file);
      return dealOf(engagement, isDeal(sow) ? [{ file, deal: sow }] : [], true);
    },
  };
}

/** Plans the migrations of a process, and writes nothing to GitLab. @returns the exit code */
export async function planMigrations(
  context: CommandContext,
  goal: Goal,
  asked: readonly string[],
): Promise<number> {
  const { wire, output } = context;
  const deps = await wire.deps();
  // A mistyped process is told with the ones there are.
  await wire.versions(goal.process);
  const states = await readStates(deps, asked.map(parseKey));
  const planned: PlannedMigration[] = [];
  for (const [done, state] of states.entries()) {
    output.progress(done + 1, states.length, state.engagement);
    const one = await planMigrationOf(deps, state, goal);
    if (one !== null) planned.push(one);
    else if (asked.length > 0) planned.push(await planGone(deps, state.engagement, goal));
  }
  output.clearProgress();
  const sorted = sortPlanned(planned);
  const data = fileOf(goal, sorted);
  const out = context.text('out');
  if (out !== undefined) await writeText(resolve(context.cwd, out), out, `${toJson(data)}\n`);
  if (context.flag('json')) output.json(data);
  else tellPlanned(context, goal, sorted, asked.length > 0);
  for (const problem of sorted.problems) output.warning(output.paint('bad', formatProblem(problem)));
  if (out !== undefined && sorted.migrations.length > 0)
    output.note(`Written to ${out}. When it is right: procession migrate ${out}`);
  return sorted.problems.length > 0 ? EXIT.input : EXIT.done;
}

/** Sorts planned migrations by what came of the planning. */
function sortPlanned(planned: readonly PlannedMigration[]): PlannedMigrations {
  return {
    migrations: planned.flatMap((one) => (one.kind === 'planned' ? [one.migration] : [])),
    stays: planned.flatMap((one) =>
      one.kind === 'stays' ? [{ engagement: one.engagement, version: one.version, why: one.why }] : [],
    ),
    there: planned.flatMap((one) => (one.kind === 'there' ? [one.engagement] : [])),
    problems: planned.flatMap((one) => (one.kind === 'failed' ? one.problems : [])),
  };
}

async function readStates(deps: ReconcileDeps, asked: readonly string[]): Promise<readonly ActualState[]> {
  if (asked.length === 0) return [...(await deps.gitlab.readAll())];
  return await Promise.all(
    [...new Set(asked)].map((engagement) => deps.gitlab.readEngagement(engagement, { always: true })),
  );
}

function fileOf(goal: Goal, { migrations, stays }: PlannedMigrations): MigrationFile {
  return {
    version: 1,
    kind: 'migration',
    process: goal.process,
    to: goal.to,
    engagements: migrations.map(({ engagement, move, digest, effects, plan, titleOf }) => ({
      engagement,
      from: move.from,
      to: move.to,
      ...(move.rekey === null ? {} : { deal: move.rekey.source.origin.name ?? '' }),
      digest,
      effects: toldEffects(effects).map((effect) => effectText(effect, titleOf)),
      actions: plan.actions.map((action) => ({ ...action })),
    })),
    stay: [...stays],
  };
}

function tellPlanned(
  { output, wire }: CommandContext,
  goal: Goal,
  { migrations, stays, there }: PlannedMigrations,
  whole: boolean,
): void {
  const { paint } = output;
  for (const migration of migrations)
    output.result(`${migrationText(migration, whole ? wire.settings() : null, paint)}\n`);
  for (const line of migrationGroups(migrations, stays)) output.result(line);
  if (there.length > 0) output.result(`${counted(there.length, 'engagement')} there already`);
  const where = goal.to === null ? 'back' : goal.to === 'texts' ? 'to newer texts' : `to version ${goal.to}`;
  output.result(paint('heading', `Would migrate ${counted(migrations.length, 'engagement')} ${where}.`));
}

/** What came of one engagement of a file. */
interface Line {
  readonly engagement: string;
  readonly outcome: 'migrated' | 'there' | 'stays' | 'shadow' | 'failed';
  readonly message: string;
  readonly exit: number;
}

/** Carries out migrations as they were reviewed. One that fails does not stop the others. @returns the exit code */
export async function carryOutFile(context: CommandContext, named: string): Promise<number> {
  const { wire, output } = context;
  const file = parseMigrationFile(await readText(resolve(context.cwd, named), named), named);
  const deals = new Map(file.engagements.map(({ engagement, deal }) => [engagement, deal]));
  const goal = goalOf(context, file.process, file.to, (engagement) => deals.get(engagement));
  const deps = await wire.deps();
  const lines: Line[] = [];
  for (const [done, { engagement, digest }] of file.engagements.entries()) {
    output.progress(done + 1, file.engagements.length, engagement);
    const line = await carryOutOne(deps, { engagement, digest }, goal);
    output.clearProgress();
    lines.push(line);
    if (!context.flag('json')) tellLine(context, line);
  }
  const count = lines.filter(({ outcome }) => outcome === 'migrated').length;
  if (context.flag('json'))
    output.json({
      version: 1,
      process: file.process,
      to: file.to,
      engagements: lines.map(({ exit, ...line }) => ({ ...line, exitCode: exit })),
    });
  else output.result(output.paint('heading', `Migrated ${counted(count, 'engagement')}.`));
  return mostSevere(lines.map(({ exit }) => exit));
}

async function carryOutOne(
  deps: ReconcileDeps,
  { engagement, digest }: { readonly engagement: string; readonly digest: string },
  goal: Goal,
): Promise<Line> {
  try {
    const outcome = await carryOutMigration(deps, engagement, { goal, digest });
    const line = (of: Line['outcome'], message: string, exit: number = EXIT.done): Line => ({
      engagement,
      outcome: of,
      message,
      exit,
    });
    switch (outcome.kind) {
      case 'migrated': {
        const { move } = outcome.migration;
        const what =
          move.way === 'texts' ? `newer texts of version ${move.to}` : `version ${move.from} → ${move.to}`;
        const name = move.rekey === null ? [] : [`is ${move.rekey.is}`];
        return line('migrated', [what, ...name, ...outcome.warnings].join('; '));
      }
      case 'finished':
        return line('migrated', `is ${outcome.as}; what an earlier run had left is done`);
      case 'there':
        if (outcome.as !== undefined) return line('there', `is ${outcome.as} already: nothing to do`);
        return line(
          'there',
          goal.to === 'texts'
            ? `has the newest texts of version ${outcome.version}: nothing to do`
            : `goes by version ${outcome.version} already: nothing to do`,
        );
      case 'shadow':
        return line('shadow', 'the policy is "shadow": nothing is written');
      case 'stays':
        return line('stays', `stays on version ${outcome.version}: ${outcome.why}`, EXIT.input);
      case 'failed':
        return line('failed', outcome.problems.map(formatProblem).join('; '), EXIT.input);
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { engagement, outcome: 'failed', message: error.message, exit: exitCodeOf(error) };
  }
}

function tellLine({ output }: CommandContext, { engagement, message, exit }: Line): void {
  if (exit === EXIT.done) output.result(`${engagement}: ${message}`);
  else output.warning(output.paint('bad', `${engagement}: ${message}`));
}
