/** The labels of the group, and who changed those of an issue. */
import { GitLabRefusedError } from '#domain/base/errors.ts';
import { type EngagementKey, isEngagementKey } from '#domain/base/keys.ts';
import { engagementLabel } from '#domain/base/labels.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { LabelEvent } from '#domain/rulings/label-approval.ts';
import { type Connection, readList } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat, mayHaveLanded, orNull } from '#gitlab/http/look-before-repeat.ts';
import { AnswerLostError } from '#gitlab/http/to-app-error.ts';
import type { NewLabel } from '#ports/gitlab.ts';
import { LabelChange } from './schema.ts';
import type { Session } from './session.ts';

/**
 * Reads the names of all labels of the group.
 *
 * @param options `anew`: asks GitLab although the names are known
 */
export async function readLabels(
  { labels }: Session,
  options: { readonly anew?: boolean } = {},
): Promise<ReadonlySet<string>> {
  if (options.anew === true) labels.forget();
  return new Set((await labels.get()).keys());
}

/** Reads the ids of the group's labels by name. @param options see {@link readLabels} */
export async function readLabelIds(
  { labels }: Session,
  options: { readonly anew?: boolean } = {},
): Promise<ReadonlyMap<string, number>> {
  if (options.anew === true) labels.forget();
  const known = [...(await labels.get())];
  return new Map(known.flatMap(([name, { id }]) => (id === null ? [] : [[name, id] as const])));
}

/** Reads which engagements have a label in the group that a launch has made. */
export async function readLaunched({ labels }: Session): Promise<readonly EngagementKey[]> {
  const known = [...(await labels.get())];
  return known.flatMap(([name, { description }]) =>
    isEngagementKey(name) && description === engagementLabel(name).description ? [name] : [],
  );
}

/**
 * Creates a label in the group, and adds its name to the known ones. Launches side by side in one process want the same
 * labels: the first one asks GitLab, the others wait for its answer.
 *
 * @see https://docs.gitlab.com/api/group_labels/#create-a-new-group-label
 */
export async function createLabel(session: Session, label: NewLabel): Promise<'created' | 'existed'> {
  const { labels, creating } = session;
  if ((await labels.known())?.has(label.name) === true) return 'existed';
  const other = creating.get(label.name);
  if (other !== undefined) return (await other) ? 'existed' : await createLabel(session, label);
  const sent = sendLabel(session, label);
  creating.set(
    label.name,
    sent.then(
      () => true,
      () => false,
    ),
  );
  try {
    const outcome = await sent;
    // A list that could not be read will have it when it is read.
    await labels.known()?.then(
      (known) => known.set(label.name, { id: null, description: label.description }),
      () => {},
    );
    return outcome;
  } finally {
    creating.delete(label.name);
  }
}

async function sendLabel(
  { connection }: Session,
  { name, color, description }: NewLabel,
): Promise<'created' | 'existed'> {
  return await lookBeforeRepeat<'created' | 'existed'>(connection, {
    send: async () => {
      try {
        await connection.groupLabels.create(connection.group, name, color, { description });
        return 'created';
      } catch (error) {
        // A label that exists is 409, and 400 "has already been taken" where the model notices it first.
        if (isTaken(error) && (await labelExists(connection, name))) return 'existed';
        throw error;
      }
    },
    find: async () => ((await labelExists(connection, name)) ? 'created' : null),
  });
}

/**
 * Reads who set and took off which label of an issue, oldest first.
 *
 * @see https://docs.gitlab.com/api/resource_label_events/
 */
export async function readLabelEvents(
  { connection }: Session,
  { projectId, iid }: ActualIssue,
): Promise<readonly LabelEvent[]> {
  const events = await readList<LabelEvent>(connection, {
    what: `GET /projects/${projectId}/issues/${iid}/resource_label_events`,
    item: LabelChange,
    fetchPage: (page) => connection.issueLabelEvents.all(projectId, iid, { ...page }),
  });
  // GitLab documents no order.
  return events.toSorted((a, b) => a.id - b.id);
}

async function labelExists({ groupLabels, group }: Connection, name: string): Promise<boolean> {
  return (await orNull(groupLabels.show(group, name))) !== null;
}

function isTaken(error: unknown): boolean {
  return mayHaveLanded(error)
    ? !(error instanceof AnswerLostError)
    : error instanceof GitLabRefusedError && error.status === 400;
}
