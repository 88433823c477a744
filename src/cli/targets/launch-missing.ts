/** Files of won SOWs, and of deals in a stage that launches, that nothing in GitLab shows: launched, whatever became of the job or webhook that should have done so. */
import type { CommandContext } from '#cli/terminal/command.ts';
import { AppError } from '#domain/base/errors.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { counted } from '#domain/base/sentence.ts';
import type { Trace } from '#domain/explain/not-seen.ts';
import type { NumberedFile } from '#domain/sow/doubles.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { readWhole } from '#reconciler/loop/look-closer.ts';
import { type SweepResult, UNREAD } from '#reconciler/work/sweep.ts';
import { reconcileReviewed } from './apply-target.ts';
import { type ReviewMode, readReviewOf } from './review.ts';

/** More at once are likelier a wrong group or a lost folder than so many lost jobs: a person decides. */
const MOST_LAUNCHES = 10;

/** Launches of a sweep, and what is left to a person. */
export interface MissingLaunches {
  readonly results: readonly SweepResult[];
  /** Won SOW files without an engagement that are not launched by themselves. */
  readonly left: readonly Trace[];
}

/**
 * Launches every won SOW file of the checkout of which there is no trace at all: no label of a launch, no epic, no issue,
 * and no earlier sweep has seen it. One that fails does not stop the others.
 *
 * @param known engagements that need no look
 * @param mode how a plan is compared with the one that was reviewed
 */
export async function launchMissing(
  context: CommandContext,
  deps: ReconcileDeps,
  { known, mode }: { readonly known: ReadonlySet<EngagementKey>; readonly mode: ReviewMode },
): Promise<MissingLaunches> {
  const files = await context.wire.launchingFiles(known, dealStagesOf(deps.processes));
  if (files.length === 0) return { results: [], left: [] };
  const labels = new Set(await deps.gitlab.readLaunched());
  const absent: NumberedFile[] = [];
  for (const file of files) if (await isAbsent(deps, file)) absent.push(file);
  const clear = absent.filter(
    ({ number }) => !labels.has(number) && files.filter((other) => other.number === number).length === 1,
  );
  if (clear.length > MOST_LAUNCHES) {
    context.output.warning(
      `${counted(clear.length, 'won SOW')} without an engagement: more than ${MOST_LAUNCHES} at once are not launched by a sweep. Look whether group, project and folder are the right ones, then: procession apply sows/…`,
    );
    return { results: [], left: absent.map(traceOf) };
  }
  const results: SweepResult[] = [];
  for (const file of clear) results.push(await launch(context, deps, file, mode));
  return { results, left: absent.filter((file) => !clear.includes(file)).map(traceOf) };
}

/** Stages in which some process about deals launches. */
export function dealStagesOf(processes: ProcessStore): readonly string[] {
  return processes.ids.flatMap((id) => {
    const process = processes.find(id, null);
    return process?.about === 'deal' ? process.launchStages : [];
  });
}

async function isAbsent({ gitlab }: ReconcileDeps, { number }: NumberedFile): Promise<boolean> {
  const { epics, issues } = await readWhole(gitlab, number);
  return epics.length === 0 && issues.length === 0;
}

function traceOf({ number, file }: NumberedFile): Trace {
  return { kind: 'sow-file', engagement: number, file };
}

async function launch(
  context: CommandContext,
  deps: ReconcileDeps,
  { file, number: engagement }: NumberedFile,
  mode: ReviewMode,
): Promise<SweepResult> {
  const { wire } = context;
  try {
    const review = mode === 'ignore' ? null : await readReviewOf(context, mode, await wire.lastChange(file));
    const { sow } = await wire.sow(file);
    const outcome = await reconcileReviewed(deps, engagement, review, { sow });
    return { engagement, outcome, ...UNREAD };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { engagement, outcome: { kind: 'failed', error }, ...UNREAD };
  }
}
