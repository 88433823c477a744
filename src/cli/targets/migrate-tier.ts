/** The move from GitLab Free to Premium: an engagement's tracking issue becomes an epic. */
import type { CommandContext } from '#cli/terminal/command.ts';
import { EXIT, exitCodeOf, mostSevere } from '#cli/terminal/exit-code.ts';
import { AppError, GitLabRefusedError } from '#domain/base/errors.ts';
import { counted } from '#domain/base/sentence.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { type Decision, decide } from '#reconciler/loop/decide.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { placesOf } from '#reconciler/loop/place.ts';
import { carryOut } from '#reconciler/loop/reconcile.ts';
import { summaryOf } from '#render/plan-summary.ts';
import { planText } from '#render/plan-text.ts';
import { parseKey } from './target.ts';

interface Line {
  readonly engagement: string;
  readonly outcome: 'planned' | 'moved' | 'left' | 'failed';
  readonly from: string;
  readonly message: string;
  readonly exit: number;
  readonly epicUrl?: string | null;
  readonly summary?: unknown;
  readonly actions?: unknown;
}

/** Moves the engagements named, or all that live in tracking issues. @returns the exit code */
export async function migrateTier(context: CommandContext, asked: readonly string[]): Promise<number> {
  const { wire, output } = context;
  const deps = await wire.deps();
  if (!(await hasEpics(deps)))
    throw new GitLabRefusedError(
      'This GitLab shows no epics, so there is nothing to move to. They come with Premium and Ultimate; the user of the token needs to see them (role Planner in the group).',
      403,
    );
  const tracked = await findTracked(deps, asked.map(parseKey));
  const lines: Line[] = [];
  for (const [done, one] of tracked.entries()) {
    output.progress(done + 1, tracked.length, one.facts.assessment.engagement);
    lines.push(context.flag('dry-run') ? planned(context, one) : await moved(deps, one));
  }
  output.clearProgress();
  if (context.flag('json'))
    output.json({
      version: 1,
      dryRun: context.flag('dry-run'),
      engagements: lines.map(({ exit, ...line }) => ({ ...line, exitCode: exit })),
    });
  else tell(context, lines);
  return mostSevere(lines.map(({ exit }) => exit));
}

async function hasEpics({ gitlab }: Pick<ReconcileDeps, 'gitlab'>): Promise<boolean> {
  const offered = await Promise.all(placesOf(gitlab).map((place) => place.readCapabilities()));
  return offered.some(({ epics }) => epics);
}

/** The decisions about engagements that live in a tracking issue, or have left one behind. */
async function findTracked(deps: ReconcileDeps, asked: readonly string[]): Promise<readonly Decision[]> {
  const states =
    asked.length === 0
      ? await deps.gitlab.readAll()
      : await Promise.all(
          [...new Set(asked)].map((engagement) => deps.gitlab.readEngagement(engagement, { always: true })),
        );
  const tracked: Decision[] = [];
  for (const actual of states) {
    const decision = await decide(deps, actual, { migrate: true, comments: LOOK_EVERYWHERE });
    if (decision.kind !== 'decided') continue;
    const { epic, leftTracking } = decision.facts.found;
    const lives = epic !== null && epic.tracking !== null && epic.state === 'opened';
    if (lives || leftTracking.length > 0) tracked.push(decision);
  }
  return tracked;
}

function isMoving({ plan }: Decision): boolean {
  return plan.actions.some(({ kind }) => kind === 'retire-tracking');
}

function lineOf({ facts: { assessment, found } }: Decision): Pick<Line, 'engagement' | 'from'> {
  const [left] = found.leftTracking;
  const from = found.epic?.tracking === null ? left : found.epic;
  return { engagement: assessment.engagement, from: from?.reference ?? '' };
}

const LEFT = 'left as it is: it is paused or on hold. Resume it first';

function planned({ wire, output }: CommandContext, decision: Decision): Line {
  if (!isMoving(decision)) return { ...lineOf(decision), outcome: 'left', message: LEFT, exit: EXIT.done };
  return {
    ...lineOf(decision),
    outcome: 'planned',
    message: planText({ ...decision.facts, plan: decision.plan, settings: wire.settings() }, output.paint),
    summary: summaryOf(decision.plan),
    actions: decision.plan.actions,
    exit: EXIT.done,
  };
}

async function moved(deps: ReconcileDeps, decision: Decision): Promise<Line> {
  const line = lineOf(decision);
  if (!isMoving(decision)) return { ...line, outcome: 'left', message: LEFT, exit: EXIT.done };
  try {
    const outcome = await carryOut(deps, decision, {});
    if (outcome.kind === 'applied') {
      const { epicUrl, warnings, plan } = outcome;
      const message = [`moved from ${line.from} to ${epicUrl ?? 'its epic'}`, ...warnings].join('; ');
      return { ...line, outcome: 'moved', message, exit: EXIT.done, epicUrl, summary: summaryOf(plan) };
    }
    const why =
      outcome.kind === 'braked' ? `a brake stopped it: ${outcome.why}` : `not moved: ${outcome.kind}`;
    return {
      ...line,
      outcome: 'left',
      message: why,
      exit: outcome.kind === 'shadow' ? EXIT.done : EXIT.refused,
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...line, outcome: 'failed', message: `failed: ${error.message}`, exit: exitCodeOf(error) };
  }
}

function tell({ output, flag }: CommandContext, lines: readonly Line[]): void {
  for (const { engagement, message, outcome, exit } of lines) {
    if (outcome === 'planned') output.result(`${output.paint('heading', engagement)}\n${message}\n`);
    else if (exit === EXIT.done) output.result(`${engagement}: ${message}`);
    else output.warning(output.paint('bad', `${engagement}: ${message}`));
  }
  const count = lines.filter(({ outcome }) => outcome === 'planned' || outcome === 'moved').length;
  const said = counted(count, 'engagement');
  output.result(
    output.paint('heading', flag('dry-run') ? `Would move ${said} into epics.` : `Moved ${said} into epics.`),
  );
}
