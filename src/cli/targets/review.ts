/** Whether what is about to be applied is what people saw in the merge request. */

import type { CommandContext } from '#cli/terminal/command.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { InvalidInputError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { canonicalJson } from '#domain/base/record-line.ts';
import { counted } from '#domain/base/sentence.ts';
import { planDigest } from '#domain/policy/plan-file.ts';
import { PLAN_NOTE_RULE, parseReviewedPlans, type ReviewedPlans } from '#domain/policy/reviewed-plans.ts';
import { recordOf } from '#domain/sow/record.ts';
import { fileNamed } from '#domain/sow/sow-file.ts';
import type { Decision } from '#reconciler/loop/decide.ts';

const REVIEWS = ['ignore', 'check', 'require'] as const;
/** How a plan is compared with the one that was reviewed. */
export type ReviewMode = (typeof REVIEWS)[number];

/** Review of plans. `check`: a plan that was reviewed must still fit. `require`: there must have been a review. */
export interface Review {
  readonly required: boolean;
  readonly mergeRequestIid: number | null;
  readonly plans: ReviewedPlans;
}

/** Option `--review`. */
export const REVIEW_OPTION = {
  type: 'string',
  placeholder: 'how',
  help: 'check: refuse a SOW whose plan is not the one noted on the merge request of this commit; require: also without such a note; ignore (default)',
} as const;

/** Reads `--review`. @throws UsageError for another value */
export function reviewModeOf(context: CommandContext, command: string): ReviewMode {
  const asked = context.text('review') ?? 'ignore';
  const mode = REVIEWS.find((known) => known === asked);
  if (mode !== undefined) return mode;
  throw new UsageError(
    `--review: expected ${REVIEWS.join(', ')}, got "${asked}".`,
    `procession ${command} --help`,
  );
}

/**
 * Reads the review of the commit that this pipeline runs for; `null` when no review is asked for.
 *
 * @throws UsageError for another value of `--review`, or outside of a pipeline
 */
export async function readReview(context: CommandContext): Promise<Review | null> {
  const mode = reviewModeOf(context, 'apply');
  if (mode === 'ignore') return null;
  const { commit } = context.wire.ci();
  if (commit === null)
    throw new UsageError(
      '--review needs a pipeline of GitLab CI: CI_COMMIT_SHA is not set. Leave --review out elsewhere.',
      'procession apply --help',
    );
  return await readReviewOf(context, mode, commit);
}

/** Reads the review of a commit. @param commit `null`: nothing was committed, so nothing reviewed */
export async function readReviewOf(
  context: CommandContext,
  mode: Exclude<ReviewMode, 'ignore'>,
  commit: string | null,
): Promise<Review> {
  const mergeRequests = await context.wire.mergeRequests();
  const { reviewer } = context.wire.config();
  const mergeRequestIid = commit === null ? null : await mergeRequests.mergedBy(commit);
  const note =
    mergeRequestIid === null ? null : await mergeRequests.readNote(mergeRequestIid, PLAN_NOTE_RULE, reviewer);
  const plans: ReviewedPlans = note === null ? new Map() : parseReviewedPlans(note);
  context.output.note(reviewText(mergeRequestIid, note === null ? null : plans.size, reviewer));
  return { required: mode === 'require', mergeRequestIid, plans };
}

/** @param count `null`: there is no note of ours */
function reviewText(mergeRequestIid: number | null, count: number | null, reviewer: string | null): string {
  if (mergeRequestIid === null) return 'Nothing was reviewed: no merge request was merged by this commit.';
  const where = `merge request !${mergeRequestIid}`;
  if (count === null)
    return `Nothing was reviewed: there is no plan on ${where} by ${reviewer ?? 'the user of this token'}.`;
  return `Comparing with ${counted(count, 'plan')} on ${where}.`;
}

/**
 * @param now the plan of now; `null` for a SOW that is not won
 * @throws InvalidInputError when it is not what was reviewed, or was not reviewed and had to be
 */
export function checkReview(
  { required, mergeRequestIid, plans }: Review,
  engagement: EngagementKey,
  now: Decision | null,
): void {
  // Carried out already, or begun and interrupted: what is left is what any sweep would repair.
  if (now === null || now.plan.actions.length === 0 || isAdopted(now)) return;
  const reviewed = plans.get(engagement);
  if (reviewed === undefined) {
    if (required)
      throw refusal(engagement, 'nobody has seen a plan of it in a merge request', mergeRequestIid);
    return;
  }
  if (reviewed !== planDigest(now.plan.actions))
    throw refusal(
      engagement,
      'what would be done now is not the plan that was reviewed: GitLab, the process, the settings or the SOW have changed since',
      mergeRequestIid,
    );
}

/** Whether the epic's record is this very SOW. */
function isAdopted({ facts: { found, assessment }, settings }: Decision): boolean {
  if (found.epic === null) return false;
  const recorded = found.record?.sow;
  return canonicalJson(recorded) === canonicalJson(recordOf(assessment.sow, settings));
}

function refusal(
  engagement: EngagementKey,
  message: string,
  mergeRequestIid: number | null,
): InvalidInputError {
  const where = mergeRequestIid === null ? '' : ` (merge request !${mergeRequestIid})`;
  return new InvalidInputError(
    [
      problem(
        { at: engagement },
        `${message}${where}`,
        `Look at it: procession plan ${fileNamed(engagement)}. When it is right: procession apply ${fileNamed(engagement)}, or bring it in by a new merge request.`,
      ),
    ],
    'The plan is stale; nothing was written:',
  );
}
