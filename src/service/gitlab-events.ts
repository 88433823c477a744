/** `object_kind` of the events that say something about an engagement. Epics and tasks are work items; pipelines do steps. */
export const INTERESTING_KINDS: ReadonlySet<string> = new Set(['issue', 'work_item', 'note', 'pipeline']);

/**
 * Events that GitLab sends when a webhook is subscribed to more than we need. They are named here so that only what
 * is really unknown becomes a dead letter.
 *
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/
 */
const OTHER_KINDS: ReadonlySet<string> = new Set([
  'access_token',
  'build',
  'deployment',
  'emoji',
  'feature_flag',
  'merge_request',
  'milestone',
  'push',
  'release',
  'tag_push',
  'vulnerability',
  'wiki_page',
]);

/** Events about members, subgroups and projects have an `event_name` of this form and no `object_kind`. */
const OTHER_NAMES = /^(?:user|subgroup|project|group|repository|key|keys)_[a-z_]+$/;

/**
 * Tells whether an event is one that GitLab is known to send about something else than issues, epics, comments and
 * pipelines.
 */
export function isOtherEvent(event: string): boolean {
  return OTHER_KINDS.has(event) || OTHER_NAMES.test(event);
}
