/** Estimates and spent time of issues. @see https://docs.gitlab.com/user/project/time_tracking/ */
import type { Engine } from './engine.ts';
import type { TimeChanges } from './operations.ts';
import { Refusal } from './operations.ts';
import { showDuration } from './spans.ts';
import { addSystemNote } from './traces.ts';
import type { Issue, User } from './world.ts';

/**
 * Refuses what GitLab's model does not save.
 *
 * @throws {Refusal} 400 for an estimate below zero, and for more time taken off than was spent
 * @see app/models/concerns/time_trackable.rb
 */
export function checkTime(issue: Issue, { timeEstimate = 0, timeSpent = 0 }: TimeChanges): void {
  if (timeEstimate < 0) {
    const problem = 'must have a valid format and be greater than or equal to zero.';
    throw new Refusal(400, { message: { time_estimate: [problem] } });
  }
  if ((issue.timeSpentSeconds ?? 0) + timeSpent < 0)
    throw new Refusal(400, { message: { base: ['Time to subtract exceeds the total time spent'] } });
}

/** Writes estimate and spent time, with system notes unless the issue is being created. */
export function applyTime(
  engine: Engine,
  actor: User,
  issue: Issue,
  { timeEstimate, timeSpent }: TimeChanges,
  quiet: boolean,
): void {
  const say = (body: string): void => {
    if (!quiet) addSystemNote(engine, actor, issue, body);
  };
  if (timeEstimate !== undefined) {
    issue.timeEstimateSeconds = timeEstimate;
    const words = showDuration(timeEstimate);
    say(words === null ? 'removed time estimate' : `changed time estimate to ${words}`);
  }
  if (timeSpent === undefined) return;
  issue.timeSpentSeconds = timeSpent === 0 ? 0 : (issue.timeSpentSeconds ?? 0) + timeSpent;
  const words = showDuration(Math.abs(timeSpent));
  const verb = timeSpent < 0 ? 'subtracted' : 'added';
  say(words === null ? 'removed time spent' : `${verb} ${words} of time spent`);
}

/** `APIEntitiesIssuableTimeStats` */
export function timeStats(issue: Issue): Record<string, unknown> {
  const { timeEstimateSeconds: estimate = 0, timeSpentSeconds: spent = 0 } = issue;
  return {
    time_estimate: estimate,
    total_time_spent: spent,
    human_time_estimate: showDuration(estimate),
    human_total_time_spent: showDuration(spent),
  };
}
