/** Webhooks of the group and the project: who may see them, what failed, sending again. */
import { GroupHooks, ProjectHooks } from '@gitbeaker/rest';
import { GitLabRateLimitedError, GitLabRefusedError } from '#domain/base/errors.ts';
import type { ActualHook, HookScope } from '#domain/setup/actual-hook.ts';
import type { GitLabOptions } from '#gitlab/engagement/create-gitlab.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { type Connection, connect, readList, resourceSettings } from '#gitlab/http/connection.ts';
import type { CallOutcome, HookAdmin } from '#ports/hooks.ts';
import { readFailedDeliveries } from './hook-deliveries.ts';
import { hookOf, Resent } from './hook-schema.ts';

/** gitbeaker knows neither events nor resend nor test of hooks; its requester makes those calls. */
type Hooks = GroupHooks | ProjectHooks;
type HookPlace = Pick<ActualHook, 'id' | 'scope'>;

/** Answers that tell that the token may not, or that its user cannot see it. */
const NOT_ALLOWED: readonly number[] = [401, 403, 404];

/**
 * Creates the adapter for the webhooks of the configured group and project. Makes no request. A limit of
 * GitLab is answered at once instead of waited for, unless `maxRateLimitWaitSeconds` says otherwise: the
 * check comes again.
 *
 * The token needs the scope `api`; its user the role Maintainer for the project's hooks, Owner for the group's.
 */
export function createHookAdmin(options: GitLabOptions): HookAdmin {
  const connection = connect(options);
  const resource = resourceSettings({ maxRateLimitWaitSeconds: 0, ...options });
  const hooksOf: Readonly<Record<HookScope, Hooks>> = {
    group: new GroupHooks(resource),
    project: new ProjectHooks(resource),
  };

  async function post(hook: HookPlace, path: string): Promise<unknown> {
    const { body } = await hooksOf[hook.scope].requester.post(pathOf(connection, hook, path));
    return body;
  }

  return {
    async listHooks() {
      const [group, project] = await Promise.all([
        listOf(connection, 'group', hooksOf.group),
        listOf(connection, 'project', hooksOf.project),
      ]);
      const isSeen = (list: Seen | GitLabRefusedError): list is Seen => !(list instanceof Error);
      if (!isSeen(group) && !isSeen(project)) return { kind: 'not-allowed', reason: project.message };
      return {
        kind: 'hooks',
        hooks: [group, project].filter(isSeen).flat(),
        unseen: [
          ...(isSeen(group) ? [] : ['group' as const]),
          ...(isSeen(project) ? [] : ['project' as const]),
        ],
      };
    },

    listFailedDeliveries(hook, since) {
      const path = pathOf(connection, hook, 'events');
      const { requester } = hooksOf[hook.scope];
      return readFailedDeliveries(
        async (searchParams) => {
          const { body, headers } = await requester.get(path, { searchParams });
          const next = Number(headers['x-next-page'] ?? '');
          return { body, nextPage: next > 0 ? next : null };
        },
        since,
        `GET /${hook.scope}s/${path}`,
      );
    },

    /** 201 with the receiver's status; 422 when it gave none. @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/api/hooks/resend_hook.rb */
    async resend(hook, deliveryId) {
      return toOutcome(async () => {
        const answer = await post(hook, `events/${deliveryId}/resend`);
        const status = parseAnswer(Resent, answer, `POST ${hook.scope} hook ${hook.id}: resend`);
        return /^2\d\d$/.test(status) ? null : `our side answered ${status}.`;
      });
    },

    /** 201 when the receiver answered 2xx, else 422. @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/api/hooks/trigger_test.rb */
    async test(hook, trigger) {
      return toOutcome(async () => {
        await post(hook, `test/${trigger}`);
        return null;
      });
    },
  };
}

/** Below `groups/` or `projects/`. */
function pathOf(connection: Connection, hook: HookPlace, path: string): string {
  return `${encodeURIComponent(connection[hook.scope])}/hooks/${hook.id}/${path}`;
}

type Seen = readonly ActualHook[];

async function listOf(
  connection: Connection,
  scope: HookScope,
  hooks: Hooks,
): Promise<Seen | GitLabRefusedError> {
  try {
    return await readList<ActualHook>(connection, {
      what: `GET /${scope}s/${connection[scope]}/hooks`,
      item: hookOf(scope),
      fetchPage: (page) => hooks.all(connection[scope], { ...page }),
    });
  } catch (error) {
    if (error instanceof GitLabRefusedError && NOT_ALLOWED.includes(error.status)) return error;
    throw error;
  }
}

/** @param send resolves to why it was not delivered, or `null`. */
async function toOutcome(send: () => Promise<string | null>): Promise<CallOutcome> {
  try {
    const reason = await send();
    return reason === null ? { kind: 'delivered' } : { kind: 'not-delivered', reason };
  } catch (error) {
    if (error instanceof GitLabRateLimitedError) return { kind: 'limited', reason: error.message };
    if (!(error instanceof GitLabRefusedError)) throw error;
    return { kind: error.status === 422 ? 'not-delivered' : 'refused', reason: error.message };
  }
}
