/**
 * Finds records of the world by what never changes about them, without looking at all of them.
 *
 * The lists of the world stay plain: they are pushed to and spliced by whoever likes, tests among them. An index sees
 * that at its next use. A record must not be replaced by another in its place; labels, states and times of records do
 * change, so nothing is indexed by them.
 */
import type { Award, Epic, Issue, IssueLink, Label, Note, ResourceEvent, User, World } from './world.ts';

type Index<T, K> = (list: readonly T[], key: K) => readonly T[];

const NONE: readonly never[] = [];

/** An index of a list by one or several keys of each record. What it finds is its own: to be read at once, not kept. */
export function indexBy<T, K>(keysOf: (record: T) => readonly K[]): Index<T, K> {
  const known = new WeakMap<readonly T[], { byKey: Map<K, T[]>; seen: number; last: T | undefined }>();
  return (list, key) => {
    let index = known.get(list);
    // Whatever was taken out before the last known record has moved that record, or made the list shorter.
    if (index === undefined || list.length < index.seen || list[index.seen - 1] !== index.last) {
      index = { byKey: new Map(), seen: 0, last: undefined };
      known.set(list, index);
    }
    for (; index.seen < list.length; index.seen += 1) {
      const record = list[index.seen] as T;
      for (const it of keysOf(record)) {
        const its = index.byKey.get(it);
        if (its === undefined) index.byKey.set(it, [record]);
        else its.push(record);
      }
      index.last = record;
    }
    return index.byKey.get(key) ?? NONE;
  };
}

const sorted = new WeakMap<
  readonly object[],
  { readonly records: readonly object[]; readonly count: number; readonly last: object | undefined }
>();

/** Records from the oldest to the newest, those of the same instant by their ids; what happens in between changes no order. */
export function byCreation<T extends { readonly createdAt: string; readonly id: number }>(
  list: readonly T[],
): readonly T[] {
  const known = sorted.get(list);
  if (known?.count === list.length && known.last === list.at(-1)) return known.records as readonly T[];
  const records = list.toSorted((one, other) =>
    one.createdAt === other.createdAt ? one.id - other.id : one.createdAt < other.createdAt ? -1 : 1,
  );
  sorted.set(list, { records, count: list.length, last: list.at(-1) });
  return records;
}

type Target = Note['target'];

const keyOf = ({ kind, id }: Target): string => `${kind} ${id}`;
const byId = <T extends { readonly id: number }>(): Index<T, number> => indexBy(({ id }: T) => [id]);

const ISSUES = byId<Issue>();
const EPICS = byId<Epic>();
const USERS = byId<User>();
const LABELS = byId<Label>();
const NOTES = byId<Note>();
const ISSUES_BY_IID = indexBy(({ projectId, iid }: Issue) => [`${projectId} ${iid}`]);
const EPICS_BY_IID = indexBy(({ groupId, iid }: Epic) => [`${groupId} ${iid}`]);
const NOTES_ON = indexBy(({ target }: Note) => [keyOf(target)]);
const EVENTS_ON = indexBy(({ target }: ResourceEvent) => [keyOf(target)]);
const LINKS_OF = indexBy(({ sourceId, targetId }: IssueLink) => [sourceId, targetId]);
const AWARDS_TO = indexBy(({ noteId }: Award) => [noteId]);

export function findIssueById({ issues }: World, id: number | null): Issue | undefined {
  return id === null ? undefined : ISSUES(issues, id)[0];
}

export function findIssueByIid({ issues }: World, projectId: number, iid: number): Issue | undefined {
  return ISSUES_BY_IID(issues, `${projectId} ${iid}`)[0];
}

export function findEpicById({ epics }: World, id: number | null): Epic | undefined {
  return id === null ? undefined : EPICS(epics, id)[0];
}

export function findEpicByIid({ epics }: World, groupId: number, iid: number): Epic | undefined {
  return EPICS_BY_IID(epics, `${groupId} ${iid}`)[0];
}

export function findUserById({ users }: World, id: number): User | undefined {
  return USERS(users, id)[0];
}

export function findLabelById({ labels }: World, id: number): Label | undefined {
  return LABELS(labels, id)[0];
}

export function findNoteById({ notes }: World, id: number): Note | undefined {
  return NOTES(notes, id)[0];
}

/** Notes on an issue or epic, oldest first; system notes too. */
export function notesOn({ notes }: World, target: Target): readonly Note[] {
  return NOTES_ON(notes, keyOf(target));
}

/** State and label events of an issue or epic, oldest first. */
export function eventsOn({ events }: World, target: Target): readonly ResourceEvent[] {
  return EVENTS_ON(events, keyOf(target));
}

/** Links of an issue, whichever end it is. */
export function linksOf({ links }: World, issue: { readonly id: number }): readonly IssueLink[] {
  return LINKS_OF(links, issue.id);
}

/** Reactions to a note. */
export function awardsTo({ awards }: World, note: { readonly id: number }): readonly Award[] {
  return AWARDS_TO(awards, note.id);
}
