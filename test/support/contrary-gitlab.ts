/**
 * A GitLab that does one thing otherwise than the sandbox: the answers of the sandbox, changed on their way. One switch
 * per fact of `procession conformance`; each changes exactly what that fact is about.
 */

import type { Sandbox } from '#sandbox/create-sandbox.ts';

/** What a switch may look at and change. */
interface Exchange {
  readonly method: string;
  /** Below `/api/v4`, with the query. */
  readonly path: string;
  readonly sent: any;
  /** Asks the sandbox itself, as whoever sent the request. */
  readonly ask: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: any }>;
}

type Answer = { status: number; body: any; headers?: Record<string, string> };
type Switch = (exchange: Exchange, answer: () => Promise<Answer>) => Promise<Answer>;

const ISSUE = /^\/projects\/[^/]+\/issues\/\d+$/;
const NOTE = /\/issues\/\d+\/notes\/\d+$/;
const CHILDREN = /^\/groups\/[^/]+\/epics\/\d+\/issues(\?|$)/;

/** Changes the body of answers to one kind of request. */
function changed(method: string, path: RegExp, change: (body: any, exchange: Exchange) => any): Switch {
  return async (exchange, answer) => {
    const given = await answer();
    if (exchange.method !== method || !path.test(exchange.path) || given.status >= 300) return given;
    return { ...given, body: await change(given.body, exchange) };
  };
}

/** Answers one kind of request without GitLab. */
function instead(
  method: string,
  path: RegExp,
  make: (exchange: Exchange) => Answer | Promise<Answer>,
): Switch {
  return async (exchange, answer) =>
    exchange.method === method && path.test(exchange.path) ? await make(exchange) : await answer();
}

/** By id of a fact. */
export const SWITCHES: Readonly<Record<string, () => Switch>> = {
  'new-child-on-top': () => {
    // Until something is moved, which is another fact.
    let moved = false;
    return async (exchange, answer) => {
      const given = await answer();
      if (exchange.method === 'PUT' && /epics\/\d+\/issues\/\d+$/.test(exchange.path)) moved = true;
      const isList = exchange.method === 'GET' && CHILDREN.test(exchange.path) && !moved;
      return isList ? { ...given, body: given.body.toReversed() } : given;
    };
  },
  'move-before-id': () =>
    instead('PUT', /epics\/\d+\/issues\/\d+$/, ({ ask, path, sent }) =>
      ask('PUT', path, { move_after_id: sent.move_before_id }),
    ),
  'epic-notes-by-id': () => {
    const misses = instead('GET', /epics\/\d+\/notes$/, () => ({ status: 200, body: [] }));
    return misses;
  },
  'epic-note-edited-by-author': () =>
    instead('PUT', /epics\/\d+\/notes\/\d+$/, () => ({ status: 200, body: {} })),
  'epic-dates': () => changed('PUT', /epics\/\d+$/, (body) => ({ ...body, due_date: null })),
  'link-from-blocker': () =>
    changed('GET', /\/links$/, (links) =>
      links.map((link: object) => ({ ...link, link_type: 'relates_to' })),
    ),
  'second-link-conflicts': () => async (exchange, answer) => {
    const given = await answer();
    return given.status === 409 && exchange.path.endsWith('/links') ? { status: 201, body: {} } : given;
  },
  'blocked-issue-closes': () =>
    instead('PUT', ISSUE, async ({ ask, path, sent }) =>
      sent.state_event === 'close'
        ? { status: 409, body: { message: 'blocked' } }
        : await ask('PUT', path, sent),
    ),
  'iids-filter': () =>
    instead('GET', /\/issues\?iids/, ({ ask, path }) => ask('GET', path.replace(/\?.*/, ''))),
  'updated-after-filter': () =>
    instead('GET', /\/issues\?.*updated_after/, ({ ask, path }) =>
      ask('GET', path.replace(/&updated_after.*/, '')),
    ),
  'hidden-lines-kept': () =>
    changed('GET', ISSUE, (body) => ({
      ...body,
      description: body.description?.replaceAll(/<!--.*?-->/g, ''),
    })),
  'foreign-text-inert': () =>
    changed('GET', ISSUE, (body) =>
      body.description?.includes('close') ? { ...body, labels: ['taken'] } : body,
    ),
  'reaction-moves-note': () => {
    const first = new Map<string, string>();
    return async (exchange, answer) => {
      const given = await answer();
      if (given.body?.updated_at === undefined || !/\/notes(\/\d+)?$/.test(exchange.path)) return given;
      const key = String(given.body.id);
      const known = first.get(key) ?? given.body.updated_at;
      first.set(key, known);
      return NOTE.test(exchange.path) ? { ...given, body: { ...given.body, updated_at: known } } : given;
    };
  },
  'commands-only-note': () => async (_, answer) => {
    const given = await answer();
    return given.status === 202 ? { status: 201, body: {} } : given;
  },
  'internal-notes': () => changed('POST', /\/issues\/\d+\/notes$/, (body) => ({ ...body, internal: false })),
  threads: () =>
    changed('GET', /\/discussions\/[^/]+$/, (body) => ({ ...body, notes: body.notes.toReversed() })),
  'scoped-labels-exclude': () =>
    changed('PUT', ISSUE, (body, { sent }) =>
      String(sent.add_labels).includes('::') ? { ...body, labels: [...body.labels, 'other::a'] } : body,
    ),
  'unknown-label-made': () =>
    changed('PUT', ISSUE, (body, { sent }) =>
      /^[^:]+$/.test(String(sent.add_labels ?? ':')) ? { ...body, labels: [] } : body,
    ),
  'label-events-by-id': () => {
    const names = new Map<number, string>();
    return async (exchange, answer) => {
      const given = await answer();
      if (exchange.method === 'POST' && exchange.path.endsWith('/labels'))
        names.set(given.body.id, given.body.name);
      if (!exchange.path.endsWith('/resource_label_events')) return given;
      const then = (event: any) => ({
        ...event,
        label: { ...event.label, name: names.get(event.label?.id) },
      });
      return { ...given, body: given.body.map(then) };
    };
  },
  'silent-refusal': () => async (exchange, answer) => {
    const isDropped =
      exchange.method === 'PUT' && ISSUE.test(exchange.path) && exchange.sent.title !== undefined;
    const given = await answer();
    return isDropped && given.status === 200 ? { status: 403, body: { message: '403 Forbidden' } } : given;
  },
  'limits-are-told': () => async (_, answer) => ({
    ...(await answer()),
    headers: { 'RateLimit-Limit': '600' },
  }),
};

/** What answers instead of the sandbox, with one thing otherwise. */
export function contraryGitLab(
  sandbox: Sandbox,
  make: (() => Switch) | null,
): (request: Request) => Promise<Response> {
  const change = make?.() ?? null;
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const text = await request.text();
    const token = request.headers.get('private-token') ?? '';
    const forward = async (method: string, path: string, body?: unknown) => {
      const response = await sandbox.fetch(
        new Request(`${sandbox.world.baseUrl}/api/v4${path}`, {
          method,
          headers: { 'private-token': token, 'content-type': 'application/json' },
          ...(body === undefined || method === 'GET' ? {} : { body: JSON.stringify(body) }),
        }),
      );
      const answer = await response.text();
      return { status: response.status, body: answer === '' ? null : JSON.parse(answer) };
    };
    const path = `${pathname.replace(/^.*?\/api\/v4/, '')}${search}`;
    const sent = text === '' ? undefined : JSON.parse(text);
    const answer = async () => await forward(request.method, path, sent);
    const exchange = { method: request.method, path, sent: sent ?? {}, ask: forward };
    const {
      status,
      body,
      headers = {},
    }: Answer = change === null ? await answer() : await change(exchange, answer);
    if (status === 204 || body === null) return new Response(null, { status });
    return Response.json(body, { status, headers });
  };
}
