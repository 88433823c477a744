/** Fields of a hook, in requests and in answers. Secrets go in and never come out. */
import { alertStatus } from '#sandbox/hooks.ts';
import { Refusal } from '#sandbox/operations.ts';
import type { Hook, HookDelivery } from '#sandbox/world.ts';
import type { Parameters } from './parameters.ts';

/** Triggers that are kept and shown; of these only `pipeline_events` is ever set off here. */
const OTHER_EVENTS: readonly string[] =
  'push_events merge_requests_events tag_push_events job_events pipeline_events wiki_page_events deployment_events feature_flag_events releases_events milestone_events emoji_events resource_access_token_events vulnerability_events'.split(
    ' ',
  );
const GROUP_EVENTS: readonly string[] = ['subgroup_events', 'member_events', 'project_events'];

/** `signing_token` is in newer versions than the OpenAPI at hand. @see https://docs.gitlab.com/user/project/integrations/webhooks/ */
export const HOOK_FIELDS: readonly string[] = [
  ...'url name description push_events_branch_filter branch_filter_strategy issues_events confidential_issues_events'.split(
    ' ',
  ),
  ...'note_events confidential_note_events enable_ssl_verification token signing_token custom_webhook_template'.split(
    ' ',
  ),
  'url_variables',
  'custom_headers',
  ...OTHER_EVENTS,
];
export const GROUP_HOOK_FIELDS: readonly string[] = [...HOOK_FIELDS, ...GROUP_EVENTS];

/** GitLab signs since 19.0; an older one ignores a signing token without a word. */
function knowsSigning(version: string): boolean {
  return Number.parseInt(version, 10) >= 19;
}

export function applyHookFields(hook: Hook, parameters: Parameters, version: string): void {
  const url = parameters.text('url');
  if (url !== undefined) hook.url = checkedUrl(url);
  const signingToken = parameters.text('signing_token');
  if (signingToken !== undefined && knowsSigning(version))
    hook.signingToken = signingToken === '' ? null : checkedSigningToken(signingToken);
  const token = parameters.text('token');
  if (token !== undefined) hook.token = token === '' ? null : token;
  hook.name = parameters.text('name') ?? hook.name ?? null;
  hook.description = parameters.text('description') ?? hook.description ?? null;
  hook.issuesEvents = parameters.boolean('issues_events') ?? hook.issuesEvents;
  hook.confidentialIssuesEvents =
    parameters.boolean('confidential_issues_events') ?? hook.confidentialIssuesEvents;
  hook.noteEvents = parameters.boolean('note_events') ?? hook.noteEvents;
  hook.confidentialNoteEvents =
    parameters.boolean('confidential_note_events') ?? hook.confidentialNoteEvents ?? false;
  hook.enableSslVerification = parameters.boolean('enable_ssl_verification') ?? hook.enableSslVerification;
  const others = new Set(hook.otherEvents);
  for (const name of [...OTHER_EVENTS, ...GROUP_EVENTS]) {
    const on = parameters.boolean(name);
    if (on === true) others.add(name);
    if (on === false) others.delete(name);
  }
  hook.otherEvents = [...others];
}

function checkedUrl(url: string): string {
  if (/^https?:\/\/[^\s/]+/u.test(url) && URL.canParse(url)) return url;
  throw new Refusal(422, { error: 'Invalid url given' });
}

/** `whsec_` and the base64 of 32 bytes. The wording of the refusal is not confirmed. */
function checkedSigningToken(token: string): string {
  const encoded = /^whsec_(?<key>[A-Za-z0-9+/]+=*)$/u.exec(token)?.groups?.['key'];
  if (encoded !== undefined && Buffer.from(encoded, 'base64').length === 32) return token;
  throw new Refusal(422, { error: 'Signing token is invalid' });
}

export function showHook(hook: Hook, now: Date, version: string): object {
  const others = hook.groupId === null ? OTHER_EVENTS : [...OTHER_EVENTS, ...GROUP_EVENTS];
  return {
    id: hook.id,
    url: hook.url,
    name: hook.name ?? null,
    description: hook.description ?? null,
    created_at: hook.createdAt,
    ...(hook.groupId === null ? { project_id: hook.projectId } : { group_id: hook.groupId }),
    ...Object.fromEntries(others.map((name) => [name, hook.otherEvents?.includes(name) ?? false])),
    issues_events: hook.issuesEvents,
    confidential_issues_events: hook.confidentialIssuesEvents,
    note_events: hook.noteEvents,
    confidential_note_events: hook.confidentialNoteEvents ?? false,
    repository_update_events: false,
    enable_ssl_verification: hook.enableSslVerification,
    alert_status: alertStatus(hook, now),
    disabled_until: hook.disabledUntil,
    url_variables: [],
    push_events_branch_filter: null,
    branch_filter_strategy: 'wildcard',
    custom_webhook_template: null,
    custom_headers: [],
    token_present: hook.token !== null,
    ...(knowsSigning(version) ? { signing_token_present: hook.signingToken !== null } : {}),
  };
}

/** One entry of `GET …/hooks/:id/events`; the secret in the headers is masked. */
export function showDelivery(delivery: HookDelivery): object {
  const headers = { ...delivery.headers };
  if (headers['X-Gitlab-Token'] !== undefined) headers['X-Gitlab-Token'] = '[REDACTED]';
  return {
    id: delivery.id,
    url: delivery.url ?? null,
    trigger: delivery.trigger,
    request_headers: headers,
    request_data: JSON.parse(delivery.body) as unknown,
    response_headers: {},
    response_body: delivery.responseBody ?? '',
    execution_duration: 0,
    response_status: delivery.responseStatus === null ? 'internal error' : String(delivery.responseStatus),
  };
}
