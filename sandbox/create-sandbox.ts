import type { Hono } from 'hono';
import { type ApiDependencies, createApiApp } from '#sandbox/api/api-app.ts';
import { AWARD_ROUTES } from '#sandbox/api/award-routes.ts';
import { BOARD_ROUTES } from '#sandbox/api/board-routes.ts';
import { DISCUSSION_ROUTES } from '#sandbox/api/discussion-routes.ts';
import { EPIC_ROUTES } from '#sandbox/api/epic-routes.ts';
import { EVENT_ROUTES } from '#sandbox/api/event-routes.ts';
import { HOOK_ROUTES } from '#sandbox/api/hook-routes.ts';
import { ISSUE_ROUTES } from '#sandbox/api/issue-routes.ts';
import { LABEL_ROUTES } from '#sandbox/api/label-routes.ts';
import { LINK_ROUTES } from '#sandbox/api/link-routes.ts';
import { MERGE_REQUEST_ROUTES } from '#sandbox/api/merge-request-routes.ts';
import { NOTE_ROUTES } from '#sandbox/api/note-routes.ts';
import { PIPELINE_ROUTES } from '#sandbox/api/pipeline-routes.ts';
import { PLACE_ROUTES } from '#sandbox/api/place-routes.ts';
import { RELATED_EPIC_ROUTES } from '#sandbox/api/related-epic-routes.ts';
import { REPOSITORY_ROUTES } from '#sandbox/api/repository-routes.ts';
import { SCHEDULE_ROUTES } from '#sandbox/api/schedule-routes.ts';
import { TIME_ROUTES } from '#sandbox/api/time-routes.ts';
import { TOKEN_ROUTES } from '#sandbox/api/token-routes.ts';
import { createOperations } from './create-operations.ts';
import type { Change, Engine } from './engine.ts';
import type { Faults } from './faults.ts';
import { createFaults } from './faults.ts';
import { createHooks } from './hooks.ts';
import type { Ledger } from './ledger.ts';
import { createLedger } from './ledger.ts';
import type { Limits } from './limits.ts';
import { createLimits } from './limits.ts';
import { newWorld } from './new-world.ts';
import type { Operations } from './operations.ts';
import type { Tier, User, World } from './world.ts';

export interface SandboxOptions {
  /** The instance's address; may contain a path. `https://gitlab.test` when not given. */
  readonly baseUrl?: string;
  /** `premium` when not given. */
  readonly tier?: Tier;
  readonly now?: () => Date;
  /** Used when a request has no `per_page`: 20 in GitLab; tests set 2 to exercise paging. */
  readonly defaultPerPage?: number;
  /** Larger wishes are cut to this: 100 in GitLab. */
  readonly maxPerPage?: number;
  /** How webhooks leave; the network with GitLab's 10 s timeout when not given. */
  readonly deliver?: (request: Request) => Promise<Response>;
}

/** A stateful stand-in for GitLab in one process. */
export interface Sandbox {
  readonly world: World;
  readonly operations: Operations;
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly limits: Limits;
  /**
   * Answers a request to the API, or to what was mounted. The host of its URL does not matter.
   * @throws {ConnectionReset} when a fault breaks the connection.
   */
  fetch(request: Request): Promise<Response>;
  /**
   * Serves `app` below `path`, which is below the base URL's own path. The app sees its paths without either;
   * the longest matching mount answers.
   */
  mount(path: string, app: Hono): void;
  /** @throws {Error} when nobody has this username. */
  user(username: string): User;
  /** Resolves when every webhook so far was attempted. */
  settled(): Promise<void>;
  /** Calls `listener` after every write; the returned function ends that. */
  onChange(listener: (change: Change) => void): () => void;
}

const HOOK_TIMEOUT_MS = 10_000;

/** Creates an empty stand-in; `seed` puts a group, a project and people into it. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const now = options.now ?? (() => new Date());
  const world = newWorld(options.tier ?? 'premium', options.baseUrl ?? 'https://gitlab.test');
  const listeners = new Set<(change: Change) => void>();
  const hooks = createHooks({ world, now, deliver: options.deliver ?? sendOut });
  const engine: Engine = {
    world,
    now,
    hooks,
    limits: createLimits(now),
    announce(change) {
      for (const listener of listeners) listener(change);
    },
  };
  const operations = createOperations(engine);
  const ledger = createLedger();
  const faults = createFaults();
  const root = new URL(world.baseUrl).pathname.replace(/\/+$/u, '');
  const api = apiAt(`${root}/api/v4`);
  const dependencies: ApiDependencies = {
    engine,
    operations,
    ledger,
    faults,
    defaultPerPage: options.defaultPerPage ?? 20,
    maxPerPage: options.maxPerPage ?? 100,
  };
  const mounts = new Map<string, Hono>();

  return {
    world,
    operations,
    ledger,
    faults,
    limits: engine.limits,
    async fetch(request) {
      const path = new URL(request.url).pathname;
      if (isBelow(path, `${root}/api/v4`)) return api.fetch(request, dependencies);
      const prefix = [...mounts.keys()]
        .filter((it) => isBelow(path, it))
        .toSorted((one, other) => other.length - one.length)[0];
      const app = prefix === undefined ? undefined : mounts.get(prefix);
      if (prefix === undefined || app === undefined) return new Response('404 Not Found\n', { status: 404 });
      return app.fetch(prefix === '' ? request : withoutPrefix(request, prefix));
    },
    mount(path, app) {
      mounts.set(`${root}${path}`.replace(/\/+$/u, ''), app);
    },
    user(username) {
      const user = world.users.find((it) => it.username === username);
      if (user === undefined) throw new Error(`the sandbox has no user "${username}"`);
      return user;
    },
    settled: () => hooks.settled(),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const ROUTES = [
  ...PLACE_ROUTES,
  ...LABEL_ROUTES,
  ...EVENT_ROUTES,
  ...EPIC_ROUTES,
  ...NOTE_ROUTES,
  ...DISCUSSION_ROUTES,
  ...AWARD_ROUTES,
  ...LINK_ROUTES,
  ...RELATED_EPIC_ROUTES,
  ...ISSUE_ROUTES,
  ...TIME_ROUTES,
  ...BOARD_ROUTES,
  ...HOOK_ROUTES,
  ...MERGE_REQUEST_ROUTES,
  ...REPOSITORY_ROUTES,
  ...SCHEDULE_ROUTES,
  ...PIPELINE_ROUTES,
  ...TOKEN_ROUTES,
];

const apis = new Map<string, ReturnType<typeof createApiApp>>();

function apiAt(basePath: string): ReturnType<typeof createApiApp> {
  const known = apis.get(basePath) ?? createApiApp(basePath, ROUTES);
  apis.set(basePath, known);
  return known;
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

function withoutPrefix(request: Request, prefix: string): Request {
  const url = new URL(request.url);
  url.pathname = url.pathname.slice(prefix.length) || '/';
  return new Request(url, request);
}

function sendOut(request: Request): Promise<Response> {
  return fetch(request, { signal: AbortSignal.timeout(HOOK_TIMEOUT_MS) });
}
