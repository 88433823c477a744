/** The webhook of an installation: read, made, put right. What becomes of its deliveries: `hooks.ts`. */
import type { Secret } from '#domain/base/secret.ts';
import { HOOK_EVENTS, type HookEventName } from '#domain/setup/action.ts';
import type { ActualHook, HookScope } from '#domain/setup/actual-hook.ts';
import { HOOK_NAME } from '#domain/setup/wanted-installation.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { readList } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat } from '#gitlab/http/look-before-repeat.ts';
import { hookOf } from './hook-schema.ts';
import { type ActionOf, insist } from './insist.ts';
import { HookAddress } from './schema.ts';
import type { SetupSession } from './session.ts';

const EVENT_FIELDS: Readonly<Record<HookEventName, string>> = {
  issues: 'issuesEvents',
  confidentialIssues: 'confidentialIssuesEvents',
  notes: 'noteEvents',
  confidentialNotes: 'confidentialNoteEvents',
};

/** Reads the webhooks of the group or of the project. */
export async function readHooks(
  { base, hooks }: SetupSession,
  scope: HookScope,
): Promise<readonly ActualHook[]> {
  return await readList<ActualHook>(base, {
    what: `GET /${scope}s/${base[scope]}/hooks`,
    item: hookOf(scope),
    fetchPage: (page) => hooks[scope].all(base[scope], { ...page }),
  });
}

/** Makes a webhook with all our events. */
export async function createHook(
  { base, hooks }: SetupSession,
  { scope, url, secret: kind }: ActionOf<'create-hook'>,
  secret: Secret | null,
): Promise<void> {
  const options = {
    name: HOOK_NAME,
    pushEvents: false,
    ...eventFields(HOOK_EVENTS),
    enableSslVerification: true,
    ...secretField(kind, secret),
  };
  await lookBeforeRepeat<unknown>(base, {
    send: () => hooks[scope].add(base[scope], url, options),
    find: async () => {
      const answer = await hooks[scope].all(base[scope], { perPage: 100, page: 1 });
      return answer.find((hook) => hook.url === url) ?? null;
    },
  });
}

/** Switches on events of a webhook and gives it the secret. The URL must be sent along; the hook keeps the one it has. */
export async function updateHook(
  session: SetupSession,
  { scope, id, events, secret: kind }: ActionOf<'update-hook'>,
  secret: Secret | null,
): Promise<void> {
  const { base, hooks } = session;
  await insist(session, async () => {
    const answer = await hooks[scope].show(base[scope], id);
    const hook = parseAnswer(HookAddress, answer, `GET ${scope} hook ${id}`);
    await hooks[scope].edit(base[scope], id, hook.url, {
      ...eventFields(events),
      ...(kind === null ? {} : secretField(kind, secret)),
    });
  });
}

function eventFields(events: readonly HookEventName[]): Readonly<Record<string, true>> {
  return Object.fromEntries(events.map((event) => [EVENT_FIELDS[event], true as const]));
}

/** gitbeaker knows no signing token, and passes on what it does not know. */
function secretField(
  kind: 'signing-token' | 'secret-token',
  secret: Secret | null,
): Readonly<Record<string, string>> {
  const value = secret?.reveal() ?? '';
  return kind === 'signing-token' ? { signingToken: value } : { token: value };
}
