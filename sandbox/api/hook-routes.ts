import { itemPayload, notePayload } from '#sandbox/hook-payload.ts';
import type { HookEvent } from '#sandbox/hooks.ts';
import { alertStatus } from '#sandbox/hooks.ts';
import { takeId } from '#sandbox/new-world.ts';
import { Refusal } from '#sandbox/operations.ts';
import { forbidden, groupAccess, hasPremium, notFound, projectAccess } from '#sandbox/reading.ts';
import type { Hook } from '#sandbox/world.ts';
import type { Answer, Call, Route } from './call.ts';
import { actorOf, created, groupOf, noContent, numberPart, ok, PAGING, projectOf } from './call.ts';
import { listDeliveries } from './hook-deliveries.ts';
import { applyHookFields, GROUP_HOOK_FIELDS, HOOK_FIELDS, showHook } from './hook-fields.ts';
import { paged } from './paging.ts';
import { requireAll } from './parameters.ts';

const MAINTAINER = 40;
const OWNER = 50;

/** Whose hooks: exactly one of the two ids is set. */
interface Place {
  readonly groupId: number | null;
  readonly projectId: number | null;
}

/** Project hooks take a Maintainer; group hooks Premium and an Owner. @see https://docs.gitlab.com/api/project_webhooks/ */
export const HOOK_ROUTES: readonly Route[] = [
  ...hookRoutes('/projects/:id/hooks', projectPlace, HOOK_FIELDS),
  ...hookRoutes('/groups/:id/hooks', groupPlace, GROUP_HOOK_FIELDS),
];

function projectPlace(call: Call): Place {
  const project = projectOf(call);
  if (projectAccess(call.engine.world, actorOf(call), project) < MAINTAINER) throw forbidden();
  return { groupId: null, projectId: project.id };
}

function groupPlace(call: Call): Place {
  const group = groupOf(call);
  if (groupAccess(actorOf(call), group) < OWNER || !hasPremium(call.engine.world)) throw forbidden();
  return { groupId: group.id, projectId: null };
}

function hookRoutes(path: string, placeOf: (call: Call) => Place, fields: readonly string[]): Route[] {
  const one = `${path}/:hook_id`;
  const hookOf = (call: Call): Hook => findHook(call, placeOf(call));
  return [
    { method: 'GET', path, parameters: PAGING, answer: (call) => listHooks(call, placeOf(call)) },
    { method: 'POST', path, parameters: fields, answer: (call) => createHook(call, () => placeOf(call)) },
    {
      method: 'GET',
      path: one,
      parameters: [],
      answer: (call) => ok(shown(call, hookOf(call))),
    },
    {
      method: 'PUT',
      path: one,
      parameters: fields,
      answer(call) {
        const hook = hookOf(call);
        applyHookFields(hook, call.parameters, call.engine.world.version);
        return ok(shown(call, hook));
      },
    },
    {
      method: 'DELETE',
      path: one,
      parameters: [],
      answer(call) {
        const hook = hookOf(call);
        call.engine.world.hooks.splice(call.engine.world.hooks.indexOf(hook), 1);
        return noContent;
      },
    },
    {
      method: 'GET',
      path: `${one}/events`,
      parameters: ['status', ...PAGING],
      answer: (call) => listDeliveries(call, hookOf(call)),
    },
    {
      method: 'POST',
      path: `${one}/events/:delivery_id/resend`,
      parameters: [],
      answer: (call) => resend(call, hookOf(call)),
    },
    {
      method: 'POST',
      path: `${one}/test/:trigger`,
      parameters: [],
      answer: (call) => test(call, hookOf(call)),
    },
  ];
}

function hooksAt(call: Call, place: Place): Hook[] {
  return call.engine.world.hooks.filter(
    (hook) => hook.groupId === place.groupId && hook.projectId === place.projectId,
  );
}

function findHook(call: Call, place: Place): Hook {
  const id = numberPart(call, 'hook_id');
  const hook = hooksAt(call, place).find((it) => it.id === id);
  if (hook === undefined) throw new Refusal(404, { message: '404 Not found' });
  return hook;
}

function listHooks(call: Call, place: Place): Answer {
  return paged(call, hooksAt(call, place), (hook) => shown(call, hook));
}

function createHook(call: Call, placeOf: () => Place): Answer {
  requireAll(call.parameters, ['url']);
  const place = placeOf();
  const hook: Hook = {
    id: takeId(call.engine.world, 'hook'),
    ...place,
    url: '',
    token: null,
    signingToken: null,
    issuesEvents: false,
    confidentialIssuesEvents: false,
    noteEvents: false,
    enableSslVerification: true,
    failures: 0,
    disabledUntil: null,
    createdAt: call.engine.now().toISOString(),
    otherEvents: ['push_events'],
  };
  applyHookFields(hook, call.parameters, call.engine.world.version);
  call.engine.world.hooks.push(hook);
  return created(shown(call, hook));
}

function shown({ engine }: Call, hook: Hook): object {
  return showHook(hook, engine.now(), engine.world.version);
}

/** A resend that fails to be sent is 422; one that was answered is 201, whatever the answer. @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/api/hooks/resend_hook.rb */
async function resend(call: Call, hook: Hook): Promise<Answer> {
  call.engine.limits.count('hookTest', actorOf(call).id);
  const id = numberPart(call, 'delivery_id');
  const delivery = call.engine.world.deliveries.find((it) => it.hookId === hook.id && it.id === id);
  if (delivery === undefined) throw notFound('Hook Log');
  if (delivery.url !== undefined && delivery.url !== hook.url)
    throw new Refusal(422, { message: 'The hook URL has changed, and this log entry cannot be retried' });
  if (alertStatus(hook, call.engine.now()) !== 'executable')
    throw new Refusal(422, { message: 'Hook disabled' });
  const again = await call.engine.hooks.resend(hook, delivery);
  if (again.responseStatus === null) throw new Refusal(422, { message: again.responseBody ?? '' });
  return created({ response_status: again.responseStatus });
}

/** Sends what the newest issue or note would send. A 2xx or 3xx enables a disabled hook again. */
async function test(call: Call, hook: Hook): Promise<Answer> {
  call.engine.limits.count('hookTest', actorOf(call).id);
  const { event, payload } = sampleOf(call, hook, call.part('trigger'));
  const delivery = await call.engine.hooks.test(hook, event, payload);
  if (alertStatus(hook, call.engine.now()) === 'executable' && hook.failures === 0)
    return created({ message: '201 Created' });
  throw new Refusal(422, { message: delivery.responseBody ?? 'internal error' });
}

function sampleOf(
  call: Call,
  hook: Hook,
  trigger: string,
): { readonly event: HookEvent; readonly payload: object } {
  const { world } = call.engine;
  const actor = actorOf(call);
  const projectIds = world.projects
    .filter((it) => it.id === hook.projectId || it.groupId === hook.groupId)
    .map((it) => it.id);
  const issues = world.issues.filter((issue) => projectIds.includes(issue.projectId));
  const isConfidential = trigger.startsWith('confidential_');
  if (trigger.endsWith('issues_events')) {
    const issue = issues.at(-1);
    if (issue === undefined) throw new Refusal(422, { message: 'Ensure the project has issues.' });
    const payload = itemPayload(world, { item: issue, actor, action: 'open', changes: {} });
    return { event: isConfidential ? 'confidential_issue' : 'issue', payload };
  }
  if (trigger.endsWith('note_events')) {
    const note = world.notes.findLast(
      (it) => !it.system && it.target.kind === 'issue' && issues.some((issue) => issue.id === it.target.id),
    );
    const issue = issues.find((it) => it.id === note?.target.id);
    if (note === undefined || issue === undefined)
      throw new Refusal(422, { message: 'Ensure the project has notes.' });
    const payload = notePayload(world, { note, issue, author: actor, action: 'create' });
    return { event: isConfidential ? 'confidential_note' : 'note', payload };
  }
  throw new Refusal(400, { error: 'trigger does not have a valid value' });
}
