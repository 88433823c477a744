/** The plans of several targets: all that changed SOWs do, and all that a changed process does to running engagements. */

import type { CommandContext } from '#cli/terminal/command.ts';
import { exitCodeOf } from '#cli/terminal/exit-code.ts';
import { AppError } from '#domain/base/errors.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { counted } from '#domain/base/sentence.ts';
import { REVIEWED_NOT_WON } from '#domain/policy/reviewed-plans.ts';
import { decide } from '#reconciler/loop/decide.ts';
import { visible } from '#render/paint.ts';
import { planNote } from '#render/plan-note.ts';
import { summaryLine, summaryOf } from '#render/plan-summary.ts';
import type { ChosenTargets } from './chosen-targets.ts';
import type { LiveTarget } from './decide-target.ts';
import { type MigrationPreview, previewMigrations, previewText } from './migration-preview.ts';
import { digestOf, isEmpty, type Planned, plannedData, plannedText, planTarget } from './planned.ts';
import { undecidedError } from './undecided.ts';

/** Plans of one run, and engagements without one. */
export interface PlanRun {
  /** Plans of the SOW files and numbers asked for, and of running engagements that a changed process changes. */
  readonly planned: readonly Planned[];
  readonly failed: readonly { readonly word: string; readonly message: string; readonly exit: number }[];
  /** Files of the process or the settings that changed. */
  readonly processFiles: readonly string[];
  /** Running engagements that a changed process leaves as they are; `null` when nobody looked at them. */
  readonly untouched: number | null;
  /** What a migration to a changed process would mean for them. */
  readonly migrations: readonly MigrationPreview[];
}

/** Plans every target. A target that fails does not stop the others; an error that is not ours ends the run. */
export async function planAll(context: CommandContext, targets: ChosenTargets): Promise<PlanRun> {
  const planned: Planned[] = [];
  const failed: { word: string; message: string; exit: number }[] = [];
  const fail = (word: string, error: AppError): void =>
    void failed.push({ word, message: error.message, exit: exitCodeOf(error) });
  const seen = new Set<EngagementKey>();

  for (const [index, it] of targets.chosen.entries()) {
    context.output.progress(index + 1, targets.chosen.length, it.word);
    if (it.kind === 'failed') {
      fail(it.word, it.error);
      continue;
    }
    if (it.target.kind === 'plan-file') continue;
    seen.add(it.target.engagement);
    const result = await attempt(context, it.target);
    if (result instanceof AppError) fail(it.word, result);
    else planned.push(result);
  }
  const untouched =
    targets.processFiles.length > 0 && context.wire.hasGitLab() && !context.flag('offline')
      ? await planRunning(context, { seen, planned, fail })
      : null;
  const { processFiles } = targets;
  return {
    planned,
    failed,
    processFiles,
    untouched: untouched?.count ?? null,
    migrations: untouched?.migrations ?? [],
  };
}

/** From one bulk read. Engagements that stay as they are are counted only. */
async function planRunning(
  context: CommandContext,
  into: {
    readonly seen: ReadonlySet<EngagementKey>;
    readonly planned: Planned[];
    readonly fail: (word: string, error: AppError) => void;
  },
): Promise<{ readonly count: number; readonly migrations: readonly MigrationPreview[] }> {
  const deps = await context.wire.deps();
  const states = await deps.gitlab.readAll();
  const previewing = previewMigrations(context, deps);
  let untouched = 0;
  let done = 0;
  for (const state of states) {
    const { engagement } = state;
    done += 1;
    context.output.progress(done, states.length, engagement);
    if (into.seen.has(engagement)) continue;
    const decision = await decide(deps, state);
    if (decision.kind === 'decided') {
      await previewing.add(state, decision);
      if (decision.plan.actions.length === 0) untouched += 1;
      else {
        const target = { kind: 'engagement', engagement } as const;
        into.planned.push({ kind: 'planned', target, decision, offline: null });
      }
    } else if (decision.kind !== 'absent' && decision.kind !== 'not-won')
      into.fail(engagement, undecidedError(engagement, decision, deps.processes.ids));
  }
  return { count: untouched, migrations: previewing.previews() };
}

async function attempt(context: CommandContext, target: LiveTarget): Promise<Planned | AppError> {
  try {
    return await planTarget(context, target);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** JSON of a run, see `docs/cli.md`. */
export function planRunData(context: CommandContext, run: PlanRun): Readonly<Record<string, unknown>> {
  return {
    version: 1,
    plans: run.planned.map((planned) => plannedData(context, planned)),
    failed: run.failed.map(({ word, message, exit }) => ({ target: word, message, exitCode: exit })),
    processFiles: run.processFiles,
    untouched: run.untouched,
    migrations: run.migrations,
  };
}

/** Text of a run for a terminal. */
export function planRunText(context: CommandContext, run: PlanRun): string {
  const { paint } = context.output;
  return [
    ...run.planned.flatMap((planned) => [plannedText(context, planned, paint), '']),
    ...run.failed.flatMap(({ word, message }) => [paint('bad', `${visible(word)}: ${message}`), '']),
    ...run.migrations.flatMap((preview) => [previewText(preview), '']),
    paint('heading', lastLine(run)),
  ].join('\n');
}

function lastLine({ planned, failed, processFiles, untouched }: PlanRun): string {
  if (planned.length + failed.length + processFiles.length === 0)
    return 'Nothing that Procession reads has changed.';
  const something = planned.filter((it) => !isEmpty(it)).length;
  const left =
    untouched === null
      ? processFiles.length > 0
        ? ' The process changed; running engagements were not looked at, because GITLAB_TOKEN is not set.'
        : ''
      : ` The process changed; ${counted(untouched, 'running engagement')} stay as they are.`;
  const wrong = failed.length > 0 ? `, ${failed.length} failed` : '';
  return `${counted(planned.length, 'plan')}, ${something} with something to do${wrong}.${left}`;
}

/** The note on the merge request. */
export function planRunNote(context: CommandContext, run: PlanRun): string {
  const { jobUrl, commit } = context.wire.ci();
  return planNote({
    plans: run.planned.map((planned) => ({
      engagement: planned.target.engagement,
      summary: planned.kind === 'not-won' ? 'not won yet' : summaryLine(summaryOf(planned.decision.plan)),
      isEmpty: isEmpty(planned),
      text: plannedText(context, planned),
      reviewed:
        planned.target.kind !== 'sow'
          ? null
          : planned.kind === 'not-won'
            ? REVIEWED_NOT_WON
            : digestOf(planned),
    })),
    failed: run.failed,
    migrations: run.migrations.map(previewText),
    lastLine: lastLine(run),
    jobUrl,
    commit,
  });
}
