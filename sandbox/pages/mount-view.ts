/** How one page answers: show it, or carry out its form and show it again. */
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie } from 'hono/cookie';
import type { Operations } from '#sandbox/operations.ts';
import { Refusal } from '#sandbox/operations.ts';
import type { User, World } from '#sandbox/world.ts';
import { ACTOR_COOKIE, actingUser } from './acting.ts';
import type { Outcome } from './item-actions.ts';
import { Fields } from './item-actions.ts';
import { missingPage } from './list-pages.ts';
import { createPaths } from './paths.ts';
import { isSameOrigin } from './protection.ts';
import { refusalWords } from './refusal-words.ts';
import type { Html, Notice, Visit } from './visit.ts';
import { worldVersion } from './world-version.ts';

export interface PageDeps {
  readonly world: World;
  readonly operations: Operations;
  /** The user of a name that the world is known to have. */
  readonly user: (username: string) => User;
  readonly now?: () => Date;
}

/** A page: what it is about, how it looks, and what its forms do. */
export interface View<Subject> {
  /** `null` when there is nothing, or nothing that the visitor may see. */
  find(visit: Visit, context: Context): Subject | null;
  render(visit: Visit, subject: Subject, query: URLSearchParams): Html;
  act?(visit: Visit, subject: Subject, fields: Fields): Outcome;
}

/** GitLab's own limit for a description is 1 MiB of letters. */
const FORM_BYTES = 4 * 1024 * 1024;

const REPORTS: Readonly<Record<string, string>> = {
  commands: 'The quick actions of the comment were carried out.',
  unchanged:
    'Nothing has changed: it was so already, or this role may not change it. GitLab does not say which.',
};

/** Path and query of the request with the base path in front, whether or not a proxy has taken it away. */
function hereOf(context: Context, prefix: string): URL {
  const url = new URL(context.req.url);
  if (url.pathname === prefix) url.pathname = `${prefix}/`;
  if (!url.pathname.startsWith(`${prefix}/`)) url.pathname = `${prefix}${url.pathname}`;
  return url;
}

/** Collects what a page needs to know about the request. */
export function createVisit(
  deps: PageDeps,
  context: Context,
  more: { notice?: Notice; draft?: Record<string, string> } = {},
): Visit {
  const { world } = deps;
  const paths = createPaths(world);
  const url = hereOf(context, paths.prefix);
  const actor = actingUser(world, getCookie(context, ACTOR_COOKIE), deps.user);
  if (actor === null) throw new Error('The sandbox has no users: seed it first.');
  const report = REPORTS[url.searchParams.get('done') ?? ''];
  const notice: Notice | null = report === undefined ? null : { kind: 'done', status: null, message: report };
  return {
    world,
    paths,
    actor,
    now: deps.now?.() ?? new Date(),
    here: `${url.pathname}${url.search}`,
    version: worldVersion(world),
    notice: more.notice ?? notice,
    draft: more.draft ?? {},
  };
}

/** Answers GET, and POST when the view has forms, at an address. */
export function mountView<Subject>(app: Hono, deps: PageDeps, path: string, view: View<Subject>): void {
  app.get(path, async (context, next) => {
    const visit = createVisit(deps, context);
    const subject = view.find(visit, context);
    if (subject === null) return missing(visit, context, next);
    return context.html(view.render(visit, subject, new URL(context.req.url).searchParams));
  });
  if (view.act === undefined) return;
  app.post(path, sameOriginOnly, bodyLimit({ maxSize: FORM_BYTES }), async (context, next) => {
    const visit = createVisit(deps, context);
    const subject = view.find(visit, context);
    if (subject === null) return missing(visit, context, next);
    const fields = new Fields(await context.req.formData());
    try {
      const outcome = view.act?.(visit, subject, fields);
      return context.redirect(afterwards(visit, outcome ?? { anchor: null, said: null }), 303);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const notice: Notice = { kind: 'refused', status: error.status, message: refusalWords(error.body) };
      const again = createVisit(deps, context, { notice, draft: fields.draft() });
      const query = new URL(context.req.url).searchParams;
      return context.html(view.render(again, subject, query), error.status as 400 | 403 | 404 | 409 | 422);
    }
  });
}

/** Back to the same page, so that reloading it does not send the form again. */
function afterwards(visit: Visit, outcome: Outcome): string {
  const url = new URL(visit.here, 'http://sandbox');
  url.searchParams.delete('done');
  if (outcome.said !== null) url.searchParams.set('done', outcome.said);
  return `${url.pathname}${url.search}${outcome.anchor === null ? '' : `#${outcome.anchor}`}`;
}

/** The page for nothing; addresses of the API are left to the API. */
async function missing(visit: Visit, context: Context, next: () => Promise<void>): Promise<Response | void> {
  if (visit.here.startsWith(`${visit.paths.prefix}/api/`)) return next();
  return context.html(missingPage(visit), 404);
}

/** Refuses forms sent from other sites. */
export const sameOriginOnly: MiddlewareHandler = async (context, next) => {
  if (isSameOrigin(context.req.raw)) return next();
  return context.text('Forms of the sandbox can only be sent from its own pages.', 403);
};
