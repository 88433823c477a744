import { type Item, notFound } from '#sandbox/reading.ts';
import { eventsOn } from '#sandbox/records.ts';
import type { ResourceEvent } from '#sandbox/world.ts';
import type { Call, Route } from './call.ts';
import { epicById, issueOf, numberPart, ok, PAGING } from './call.ts';
import { paged } from './paging.ts';
import { showEvent } from './show.ts';

/**
 * Who changed state and labels, oldest first. Issues go by iid, epics by global id.
 * @see https://docs.gitlab.com/api/resource_state_events/ and https://docs.gitlab.com/api/resource_label_events/
 */
export const EVENT_ROUTES: readonly Route[] = [
  ...eventRoutes('/projects/:id/issues/:iid', (call) => issueOf(call)),
  ...eventRoutes('/groups/:id/epics/:epic_id', epicById),
];

function eventRoutes(path: string, itemOf: (call: Call) => Item): Route[] {
  return (['state', 'label'] as const).flatMap((kind): Route[] => [
    {
      method: 'GET',
      path: `${path}/resource_${kind}_events`,
      parameters: PAGING,
      signedIn: true,
      answer: (call) =>
        paged(call, eventsOf(call, itemOf(call), kind), (event) => showEvent(call.engine.world, event)),
    },
    {
      method: 'GET',
      path: `${path}/resource_${kind}_events/:event_id`,
      parameters: [],
      signedIn: true,
      answer(call) {
        const id = numberPart(call, 'event_id');
        const event = eventsOf(call, itemOf(call), kind).find((it) => it.id === id);
        if (event === undefined) throw notFound('Event');
        return ok(showEvent(call.engine.world, event));
      },
    },
  ]);
}

function eventsOf(call: Call, item: Item, kind: 'state' | 'label'): ResourceEvent[] {
  return eventsOn(call.engine.world, item).filter(({ change }) => change.kind === kind);
}
