/** The labels of the group: read, made, put right. */
import { type ActualLabel } from '#domain/setup/installation.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { readList } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat, orNull } from '#gitlab/http/look-before-repeat.ts';
import { type ActionOf, insist } from './insist.ts';
import { LabelInGroup } from './schema.ts';
import type { SetupSession } from './session.ts';

/**
 * Reads the labels of the group and of the groups above it.
 *
 * @see https://docs.gitlab.com/api/group_labels/
 */
export async function readLabels(session: SetupSession): Promise<readonly ActualLabel[]> {
  const { base, labels } = session;
  const list = async (includeAncestorGroups: boolean): Promise<readonly LabelInGroup[]> =>
    await readList<LabelInGroup>(base, {
      what: `GET /groups/${base.group}/labels`,
      item: LabelInGroup,
      fetchPage: (page) => labels.all(base.group, { includeAncestorGroups, ...page }),
    });
  const [own, all] = await Promise.all([list(false), list(true)]);
  const ownIds = new Set(own.map(({ id }) => id));
  return [...own, ...all.filter(({ id }) => !ownIds.has(id))].map(({ id, name, color, description }) => ({
    id,
    name,
    color,
    description: description ?? '',
    own: ownIds.has(id),
  }));
}

/** Finds a label that can be used in the group; `null`: there is none. */
export async function findLabel({ base, labels }: SetupSession, name: string): Promise<LabelInGroup | null> {
  const answer = await orNull(labels.show(base.group, name));
  return answer === null ? null : parseAnswer(LabelInGroup, answer, `GET group label ${name}`);
}

/** Makes a label of the group. */
export async function createLabel(
  session: SetupSession,
  { label: { name, color, description } }: ActionOf<'create-label'>,
): Promise<void> {
  const { base, labels } = session;
  await lookBeforeRepeat<unknown>(base, {
    send: () => labels.create(base.group, name, color, { description }),
    find: () => findLabel(session, name),
  });
}

/**
 * Gives a label name, colour and description.
 *
 * @see https://docs.gitlab.com/api/group_labels/#update-a-group-label
 */
export async function updateLabel(
  session: SetupSession,
  { id, name, label }: ActionOf<'update-label'>,
): Promise<void> {
  const { base, labels } = session;
  const changes = {
    ...(name === label.name ? {} : { newName: label.name }),
    color: label.color,
    description: label.description,
  } as { color: string; description: string };
  await insist(session, () => labels.edit(base.group, id, changes));
}
