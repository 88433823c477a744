/** Changed SOW files of engagements that run: carried into them, whatever became of the job that should have done so. */
import type { CommandContext } from '#cli/terminal/command.ts';
import { AppError, InvalidInputError } from '#domain/base/errors.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { doubledNumbers } from '#domain/sow/doubles.ts';
import { keyOf } from '#domain/sow/subject.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { readWhole } from '#reconciler/loop/look-closer.ts';
import { type SweepResult, UNREAD } from '#reconciler/work/sweep.ts';
import { reconcileReviewed } from './apply-target.ts';
import { originOf } from './decide-target.ts';
import { type ReviewMode, readReviewOf } from './review.ts';

/** Amendments of a sweep, and the SOW files as the next one is to know them. */
export interface ChangedSows {
  readonly results: readonly SweepResult[];
  /** Digest by name; a file that could not be carried out has none, so that it is looked at again. */
  readonly digests: ReadonlyMap<string, string>;
}

/** Which SOW files are carried out, and how. */
interface Amending {
  /** Engagements that run; the files of others are left to `launchMissing`. */
  readonly running: ReadonlySet<EngagementKey>;
  readonly mode: ReviewMode;
  readonly allowMassChange: boolean;
}

const SETTLED: readonly SweepResult['outcome']['kind'][] = ['applied', 'unchanged', 'paused', 'shadow'];

/**
 * Applies every SOW file that is another than an earlier sweep has seen, as `apply --changed-since` does. Where nothing has
 * changed, or no sweep has seen the files yet, GitLab is asked nothing. One that fails does not stop the others.
 *
 * @param amending.before digests that an earlier sweep has left; `null`: none has
 */
export async function amendChanged(
  context: CommandContext,
  deps: ReconcileDeps,
  { before, ...amending }: Amending & { readonly before: ReadonlyMap<string, string> | null },
): Promise<ChangedSows> {
  const digests = new Map(await context.wire.sowDigests());
  const results: SweepResult[] = [];
  for (const [file, digest] of before === null ? [] : [...digests]) {
    if (before?.get(file) === digest) continue;
    const result = await amend(context, deps, file, amending);
    if (result !== null && !SETTLED.includes(result.outcome.kind)) digests.delete(file);
    if (result !== null) results.push(result);
  }
  return { results, digests };
}

/** `null` where the engagement of the file does not run. */
async function amend(
  context: CommandContext,
  deps: ReconcileDeps,
  file: string,
  { running, mode, allowMassChange }: Amending,
): Promise<SweepResult | null> {
  const { wire } = context;
  let engagement: EngagementKey = file;
  try {
    const { sow } = await wire.sow(file);
    const key = keyOf(sow);
    if (!running.has(key)) return null;
    engagement = key;
    // One that is gone is not launched a second time: a person is asked.
    const { epics, issues } = await readWhole(deps.gitlab, engagement);
    if (epics.length + issues.length === 0) return null;
    const doubles = doubledNumbers(await wire.sowFiles([engagement]));
    if (doubles.length > 0) throw new InvalidInputError(doubles);
    const review = mode === 'ignore' ? null : await readReviewOf(context, mode, await wire.lastChange(file));
    const origin = await originOf(context, { kind: 'sow', engagement, sow, file, origin: null });
    const options = { sow, origin, allowMassChange, comments: LOOK_EVERYWHERE };
    const outcome = await reconcileReviewed(deps, engagement, review, options);
    return { engagement, outcome, ...UNREAD };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { engagement, outcome: { kind: 'failed', error }, ...UNREAD };
  }
}
