import { applyUpdate } from '#sandbox/item-writes.ts';
import type { TimeChanges } from '#sandbox/operations.ts';
import { Refusal } from '#sandbox/operations.ts';
import { canAdminister, forbidden, groupIdOf } from '#sandbox/reading.ts';
import { parseDuration } from '#sandbox/spans.ts';
import { checkTime, timeStats } from '#sandbox/time-tracking.ts';
import type { Answer, Call, Route } from './call.ts';
import { actorOf, created, issueOf, ok } from './call.ts';
import { requireAll } from './parameters.ts';

const ISSUE = '/projects/:id/issues/:iid';

/**
 * Time tracking of issues; writes take `admin_issue`: Planners and up.
 * @see https://docs.gitlab.com/api/issues/#time-tracking and lib/api/time_tracking_endpoints.rb
 */
export const TIME_ROUTES: readonly Route[] = [
  write('time_estimate', (call) => ok(change(call, { timeEstimate: durationOf(call, 'time_estimate') }))),
  write('reset_time_estimate', (call) => ok(change(call, { timeEstimate: 0 }))),
  // The one that answers 201: it alone has no `status :ok`.
  write('add_spent_time', (call) =>
    created(change(call, { timeSpent: durationOf(call, 'timelogs.time_spent') })),
  ),
  write('reset_spent_time', (call) => ok(change(call, { timeSpent: 0 }))),
  {
    method: 'GET',
    path: `${ISSUE}/time_stats`,
    parameters: [],
    answer: (call) => ok(timeStats(issueOf(call))),
  },
];

function write(name: string, answer: (call: Call) => Answer): Route {
  const parameters = name.startsWith('reset')
    ? []
    : ['duration', ...(name === 'add_spent_time' ? ['summary'] : [])];
  return {
    method: 'POST',
    path: `${ISSUE}/${name}`,
    parameters,
    answer(call) {
      requireAll(call.parameters, parameters.slice(0, 1));
      return answer(call);
    },
  };
}

/** Seconds of `duration`. @throws {Refusal} 400 on `field` for one that cannot be read */
function durationOf(call: Call, field: string): number {
  const seconds = parseDuration(call.parameters.required('duration'));
  if (seconds === null) {
    const problem =
      field === 'time_estimate'
        ? 'must have a valid format and be greater than or equal to zero.'
        : "can't be blank";
    throw new Refusal(400, { message: { [field]: [problem] } });
  }
  return seconds;
}

function change(call: Call, changes: TimeChanges): object {
  const { engine } = call;
  const issue = issueOf(call);
  const actor = actorOf(call);
  if (!canAdminister(engine.world, actor, issue)) throw forbidden();
  checkTime(issue, changes);
  applyUpdate(engine, actor, issue, changes);
  engine.announce({ kind: 'issue', id: issue.id, actor, groupId: groupIdOf(engine.world, issue) });
  return timeStats(issue);
}
