import { characterCount } from '#sandbox/characters.ts';
import type { LabelOwner } from '#sandbox/labels.ts';
import { addLabel } from '#sandbox/labels.ts';
import { Refusal } from '#sandbox/operations.ts';
import { availableLabels, forbidden, groupAccess, notFound, projectAccess } from '#sandbox/reading.ts';
import type { Label } from '#sandbox/world.ts';
import type { Answer, Call, Route } from './call.ts';
import { actorOf, created, groupOf, noContent, ok, PAGING, projectOf } from './call.ts';
import { paged } from './paging.ts';
import { requireAll, requireOneOf } from './parameters.ts';
import { showLabel } from './show.ts';

interface Owner extends LabelOwner {
  /** The caller's access there; labels take the Planner role. */
  readonly level: number;
}

/** @see https://docs.gitlab.com/api/group_labels/ and https://docs.gitlab.com/api/labels/ */
export const LABEL_ROUTES: readonly Route[] = [
  ...labelRoutes('/groups/:id/labels', groupOwner, ['include_descendant_groups', 'only_group_labels']),
  ...labelRoutes('/projects/:id/labels', projectOwner, ['priority']),
];

function groupOwner(call: Call): Owner {
  const group = groupOf(call);
  return { groupId: group.id, projectId: null, level: groupAccess(call.user, group) };
}

function projectOwner(call: Call): Owner {
  const project = projectOf(call);
  return {
    groupId: project.groupId,
    projectId: project.id,
    level: projectAccess(call.engine.world, call.user, project),
  };
}

function labelRoutes(path: string, ownerOf: (call: Call) => Owner, more: readonly string[]): Route[] {
  const ofGroup = path.startsWith('/groups');
  const extra = ofGroup ? [] : more;
  const where = ['include_ancestor_groups', ...(ofGroup ? more : [])];
  return [
    {
      method: 'GET',
      path,
      parameters: ['with_counts', 'search', 'archived', ...where, ...PAGING],
      answer: (call) => listLabels(call, ownerOf(call)),
    },
    {
      method: 'POST',
      path,
      parameters: ['name', 'color', 'description', 'archived', ...extra],
      answer: (call) => createLabel(call, () => ownerOf(call)),
    },
    {
      method: 'PUT',
      path,
      parameters: ['label_id', 'name', 'new_name', 'color', 'description', 'archived', ...extra],
      answer: (call) => updateLabel(call, () => ownerOf(call), namedIn(call)),
    },
    {
      method: 'DELETE',
      path,
      parameters: ['label_id', 'name'],
      answer: (call) => deleteLabel(call, ownerOf(call), namedIn(call)),
    },
    {
      method: 'GET',
      path: `${path}/:name`,
      parameters: where,
      answer(call) {
        const owner = ownerOf(call);
        return ok(show(call, owner, findLabel(call, owner, call.part('name'))));
      },
    },
    {
      method: 'PUT',
      path: `${path}/:name`,
      parameters: ['new_name', 'color', 'description', 'archived', ...extra],
      answer: (call) => updateLabel(call, () => ownerOf(call), call.part('name')),
    },
    {
      method: 'DELETE',
      path: `${path}/:name`,
      parameters: [],
      answer: (call) => deleteLabel(call, ownerOf(call), call.part('name')),
    },
  ];
}

/** The older form of update and delete names the label in the parameters. */
function namedIn(call: Call): string {
  return call.parameters.text('label_id') ?? call.parameters.required('name');
}

/** A project shows its group's labels as well, unless told not to; a group's projects' labels stay out, unless asked for. */
function visibleLabels(call: Call, owner: Owner): Label[] {
  const { parameters, engine } = call;
  const withAncestors = parameters.boolean('include_ancestor_groups') ?? true;
  const withProjects = owner.projectId === null && parameters.boolean('only_group_labels') === false;
  const projectIds = engine.world.projects.filter((it) => it.groupId === owner.groupId).map((it) => it.id);
  return engine.world.labels.filter((label) => {
    if (label.projectId !== null)
      return label.projectId === owner.projectId || (withProjects && projectIds.includes(label.projectId));
    return label.groupId === owner.groupId && (owner.projectId === null || withAncestors);
  });
}

function listLabels(call: Call, owner: Owner): Answer {
  const search = call.parameters.text('search')?.toLowerCase() ?? '';
  const counts = call.parameters.boolean('with_counts') ?? false;
  const labels = visibleLabels(call, owner)
    .filter((label) => `${label.name} ${label.description ?? ''}`.toLowerCase().includes(search))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return paged(call, labels, (label) =>
    showLabel(call.engine.world, label, { project: owner.projectId !== null, counts }),
  );
}

function show(call: Call, owner: Owner, label: Label): object {
  return showLabel(call.engine.world, label, { project: owner.projectId !== null, counts: false });
}

/** By id or by name; an id wins. */
function findLabel(call: Call, owner: Owner, idOrName: string): Label {
  const labels = availableLabels(call.engine.world, owner);
  const label = labels.find((it) => String(it.id) === idOrName) ?? labels.find((it) => it.name === idOrName);
  if (label === undefined) throw notFound('Label');
  return label;
}

function requirePlanner(call: Call, owner: Owner): void {
  actorOf(call);
  if (owner.level < 15) throw forbidden();
}

function createLabel(call: Call, ownerOf: () => Owner): Answer {
  requireAll(call.parameters, ['name', 'color']);
  const owner = ownerOf();
  requirePlanner(call, owner);
  const name = call.parameters.required('name').trim();
  checkName(name);
  const color = toColor(call.parameters.required('color'));
  // The group's labels count for its projects too. The wording of this conflict is not confirmed.
  if (availableLabels(call.engine.world, owner).some((label) => label.name === name)) {
    throw new Refusal(409, { message: 'Label already exists' });
  }
  const label = addLabel(call.engine, owner, name, color);
  label.description = call.parameters.text('description') ?? null;
  return created(show(call, owner, label));
}

function updateLabel(call: Call, ownerOf: () => Owner, idOrName: string): Answer {
  requireOneOf(call.parameters, ['new_name', 'color', 'description', 'archived', 'priority']);
  const owner = ownerOf();
  requirePlanner(call, owner);
  const label = findLabel(call, owner, idOrName);
  const name = call.parameters.text('new_name')?.trim();
  const color = call.parameters.text('color');
  const description = call.parameters.text('description');
  if (name !== undefined) {
    checkName(name);
    const isTaken = availableLabels(call.engine.world, owner).some((it) => it !== label && it.name === name);
    if (isTaken) throw new Refusal(400, { message: { title: ['has already been taken'] } });
  }
  const newColor = color === undefined ? label.color : toColor(color);
  label.name = name ?? label.name;
  label.color = newColor;
  if (description !== undefined) label.description = description === '' ? null : description;
  return ok(show(call, owner, label));
}

/** Deleting a label takes it off everything, and off the boards. */
function deleteLabel(call: Call, owner: Owner, idOrName: string): Answer {
  requirePlanner(call, owner);
  const { world } = call.engine;
  const label = findLabel(call, owner, idOrName);
  world.labels.splice(world.labels.indexOf(label), 1);
  for (const item of [...world.issues, ...world.epics])
    item.labelIds = item.labelIds.filter((id) => id !== label.id);
  for (const board of world.boards) {
    const at = board.lists.findIndex((list) => list.labelId === label.id);
    if (at >= 0) board.lists.splice(at, 1);
  }
  return noContent;
}

/** Commas part the names in requests, so a name has none. */
function checkName(name: string): void {
  if (name === '') throw new Refusal(400, { message: { title: ["can't be blank", 'is invalid'] } });
  if (name.includes(',')) throw new Refusal(400, { message: { title: ['is invalid'] } });
  if (characterCount(name) > 255)
    throw new Refusal(400, { message: { title: ['is too long (maximum is 255 characters)'] } });
}

const COLORS: Readonly<Record<string, string>> = {
  black: '#000000',
  silver: '#C0C0C0',
  gray: '#808080',
  white: '#FFFFFF',
  maroon: '#800000',
  red: '#FF0000',
  purple: '#800080',
  fuchsia: '#FF00FF',
  green: '#008000',
  lime: '#00FF00',
  olive: '#808000',
  yellow: '#FFFF00',
  navy: '#000080',
  blue: '#0000FF',
  teal: '#008080',
  aqua: '#00FFFF',
  orange: '#FFA500',
};

/** `#RRGGBB`, `#RGB` or one of the basic CSS names, which become hex. */
function toColor(text: string): string {
  const named = COLORS[text.toLowerCase()];
  if (named !== undefined) return named;
  if (/^#(?:[\da-f]{3}|[\da-f]{6})$/iu.test(text)) return text;
  throw new Refusal(400, { message: { color: ['must be a valid color code'] } });
}
