/**
 * What a delivery of GitLab asks for. It only ever says *which* engagement to look at: whatever it claims about the
 * state of things is read again from GitLab.
 */
import { z } from 'zod';
import { type EngagementKey, isEngagementKey } from '#domain/base/keys.ts';
import { isSameUser } from '#domain/base/username.ts';
import type { KeptEvent } from '#domain/engagement/kept-event.ts';
import type { OwnUser } from '#domain/engagement/state.ts';
import { engagementOfRun } from '#domain/rulings/pipeline-run.ts';
import { ENGAGEMENT_VARIABLE } from '#domain/rulings/pipeline-variables.ts';
import { parseMarker } from '#domain/text/marker.ts';
import type { Written } from '#reconciler/loop/own-writes.ts';
import { INTERESTING_KINDS, isOtherEvent } from './gitlab-events.ts';

/** Meaning of a delivery of GitLab for us. */
export type GitLabDelivery =
  | {
      readonly kind: 'wake' | 'note';
      /** More than one when a label was changed from one engagement's to another's. */
      readonly engagements: readonly EngagementKey[];
      /** What was changed, as {@link GitLabDeliveryContext.isOwnWrite} knows it; `null` for what goes on by itself. */
      readonly written: Written | null;
      readonly payload: KeptEvent;
    }
  /** Our own change comes back. */
  | { readonly kind: 'ours' }
  | { readonly kind: 'ignored'; readonly why: string }
  /** An event that this release does not know, or a known one in a shape that it does not know. */
  | { readonly kind: 'unknown' | 'malformed'; readonly why: string };

/** Knowledge of the service that decides about a delivery. */
export interface GitLabDeliveryContext {
  /**
   * User behind our token; `null` while GitLab has not said who. Deeds of a bot are ours; a person works in GitLab,
   * too.
   */
  readonly ownUser: OwnUser | null;
  /** Tells whether we made this state of an item, or this comment. Asked where our token is a person's. */
  isOwnWrite(written: Written): boolean;
  /** The engagement of an issue that carries neither our label nor our marker any more. */
  engagementOfIssue(issueId: number): EngagementKey | null;
}

const Labels = z.array(z.object({ title: z.string() })).nullish();
const User = z.object({ id: z.number().nullish(), username: z.string().nullish() }).nullish();
const Item = z.object({
  id: z.number(),
  iid: z.number().nullish(),
  description: z.string().nullish(),
  labels: Labels,
  action: z.string().nullish(),
  updated_at: z.string().nullish(),
});
type Item = z.infer<typeof Item>;

const Kind = z.object({ object_kind: z.string().nullish(), event_name: z.string().nullish(), user: User });
const ItemEvent = z.object({
  object_attributes: Item,
  labels: Labels,
  changes: z.object({ labels: z.object({ previous: Labels, current: Labels }).nullish() }).nullish(),
});
const NoteEvent = z.object({
  object_attributes: z.object({
    id: z.number(),
    noteable_id: z.number().nullish(),
    noteable_type: z.string().nullish(),
    action: z.string().nullish(),
  }),
  issue: Item.nullish(),
});
const PipelineEvent = z.object({
  object_attributes: z.object({
    id: z.number(),
    status: z.string(),
    name: z.string().nullish(),
    variables: z.array(z.object({ key: z.string(), value: z.string().nullish() })).nullish(),
  }),
});

/**
 * The engagement is named by a label; by the marker in the description where the labels say nothing; by the id of the
 * issue where the marker is gone too. Events of epics are `work_item` events without a project; confidential ones
 * differ in `event_type` alone.
 *
 * @param value the parsed body
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/
 */
export function readGitLabDelivery(value: unknown, context: GitLabDeliveryContext): GitLabDelivery {
  const kind = Kind.safeParse(value);
  if (!kind.success) return malformed(kind.error);
  const event = kind.data.object_kind ?? kind.data.event_name ?? '';
  if (isOtherEvent(event)) return { kind: 'ignored', why: 'not an event of issues' };
  if (!INTERESTING_KINDS.has(event)) return { kind: 'unknown', why: `event ${shortName(event)}` };
  // Pipelines that we have started are ours by name; how they go on is not our doing.
  if (event === 'pipeline') return readPipeline(value);
  const isOwn = isByOwnUser(kind.data.user, context);
  if (isOwn && context.ownUser?.isBot === true) return OURS;
  const delivery = event === 'note' ? readNote(value, context) : readItem(event, value, context);
  const isKnown = 'written' in delivery && delivery.written !== null && context.isOwnWrite(delivery.written);
  return isOwn && isKnown ? OURS : delivery;
}

const OURS: GitLabDelivery = { kind: 'ours' };

function readItem(event: string, value: unknown, context: GitLabDeliveryContext): GitLabDelivery {
  const read = ItemEvent.safeParse(value);
  if (!read.success) return malformed(read.error);
  const { object_attributes: item, labels, changes } = read.data;
  const changed = changes?.labels;
  const engagements = engagementsOf(item, [labels, changed?.previous, changed?.current], context);
  if (engagements.length === 0) return { kind: 'ignored', why: 'no engagement' };
  const { id: itemId, iid: itemIid = null, action = null, updated_at } = item;
  const updatedAtMs = Date.parse(updated_at ?? '');
  // Epics are the work items that belong to no project; their events have the id of the work item behind the epic.
  const written: Written =
    event === 'issue'
      ? { kind: 'issue', id: itemId, updatedAtMs }
      : { kind: 'epic', id: itemIid ?? 0, updatedAtMs };
  return { kind: 'wake', engagements, written, payload: { event, action, itemId, itemIid, noteId: null } };
}

function readNote(value: unknown, context: GitLabDeliveryContext): GitLabDelivery {
  const read = NoteEvent.safeParse(value);
  if (!read.success) return malformed(read.error);
  const { object_attributes: note, issue } = read.data;
  const itemId = issue?.id ?? (note.noteable_type === 'Issue' ? note.noteable_id : null) ?? null;
  if (itemId === null) return { kind: 'ignored', why: 'a comment elsewhere' };
  const engagements = engagementsOf(issue ?? { id: itemId }, [], context);
  if (engagements.length === 0) return { kind: 'ignored', why: 'no engagement' };
  const { id: noteId, action = null } = note;
  const itemIid = issue?.iid ?? null;
  const written: Written = { kind: 'note', id: noteId, updatedAtMs: null };
  return { kind: 'note', engagements, written, payload: { event: 'note', action, itemId, itemIid, noteId } };
}

/**
 * A pipeline names its engagement by a variable of ours, or by its own name where it has inputs alone. Anybody may set it: it only ever wakes.
 *
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/#pipeline-events
 */
function readPipeline(value: unknown): GitLabDelivery {
  const read = PipelineEvent.safeParse(value);
  // Groups have pipelines of all kinds; one that is not as ours are is none of ours.
  if (!read.success) return { kind: 'ignored', why: 'not a pipeline of a step' };
  const { id: itemId, status: action, variables, name } = read.data.object_attributes;
  const engagement =
    variables?.find(({ key }) => key === ENGAGEMENT_VARIABLE)?.value ?? engagementOfRun(name ?? '');
  if (engagement == null || !isEngagementKey(engagement))
    return { kind: 'ignored', why: 'not a pipeline of a step' };
  const payload = { event: 'pipeline', action, itemId, itemIid: null, noteId: null };
  return { kind: 'wake', engagements: [engagement], written: null, payload };
}

/** One person cannot carry more labels of engagements into one event than this and mean it. */
const MOST_ENGAGEMENTS = 5;

function engagementsOf(
  item: Item,
  lists: readonly z.infer<typeof Labels>[],
  context: GitLabDeliveryContext,
): readonly EngagementKey[] {
  const found = new Set<EngagementKey>();
  for (const labels of [item.labels, ...lists])
    for (const { title } of labels ?? [])
      if (found.size < MOST_ENGAGEMENTS && isEngagementKey(title)) found.add(title);
  if (found.size > 0) return [...found];
  const engagement = markedEngagement(item.description) ?? context.engagementOfIssue(item.id);
  return engagement === null ? [] : [engagement];
}

/** Descriptions may have a million characters: most are not worth taking apart. */
function markedEngagement(description: string | null | undefined): EngagementKey | null {
  if (description?.includes('procession:') !== true) return null;
  return parseMarker(description)?.engagement ?? null;
}

function isByOwnUser(user: z.infer<typeof User>, { ownUser }: GitLabDeliveryContext): boolean {
  if (ownUser === null) return false;
  return user?.id === ownUser.id || isSameUser(user?.username, ownUser.username);
}

/** Says where, never what: values are other people's texts. */
function malformed(error: z.ZodError): GitLabDelivery {
  const paths = error.issues.slice(0, 5).map(({ path }) => path.join('.') || 'the whole body');
  return { kind: 'malformed', why: `not as expected: ${paths.join(', ')}` };
}

/** A name of an event in a message: what cannot be one is not shown. */
function shortName(event: string): string {
  if (event === '') return 'without a name';
  return /^[A-Za-z0-9_ -]{1,60}$/.test(event) ? event : 'with an impossible name';
}
