/** Throwaway items in a group, and their removal. Nobody is assigned or mentioned, so GitLab tells nobody. */
import { z } from 'zod';
import { type Ask, Item, made, Note, type Reply } from './ask.ts';

/** Group and project in which proofs make what they need. */
export interface Scratch {
  readonly ask: Ask;
  /** Requests of a member with the Guest role; `null` without such a token. */
  readonly guest: Ask | null;
  /** Path of the group, encoded: `/groups/scratch`. */
  readonly group: string;
  /** Path of the project, encoded: `/projects/scratch%2Fproofs`. */
  readonly project: string;
  /** Every header of every answer so far, newest last. */
  readonly headers: readonly Readonly<Record<string, string>>[];
  issue(fields?: Fields): Promise<Item>;
  epic(fields?: Fields): Promise<Item>;
  /** Makes a label of the group. */
  label(name: string): Promise<{ readonly id: number; readonly name: string }>;
  /** Notes a label of the project that GitLab made, so that it is removed. */
  strayLabel(name: string): void;
  /** Notes an issue that somebody else made, so that it is removed. */
  strayIssue(iid: number): void;
  note(issue: Item, body: string): Promise<Note>;
  /** A name that nothing else in the group has: `proof-m1x2-3`. */
  name(): string;
  /** Removes everything, the youngest first. @returns what GitLab did not let go, as addresses */
  removeAll(): Promise<readonly string[]>;
}

type Fields = Readonly<Record<string, unknown>>;

const NamedLabel = z.object({ id: z.int(), name: z.string() });

/** @param mark sets this run's items apart from those of another: `m1x2` */
export function createScratch(
  parts: Pick<Scratch, 'ask' | 'guest' | 'group' | 'project' | 'headers'>,
  mark: string,
): Scratch {
  const { ask, group, project } = parts;
  const paths: string[] = [];
  let count = 0;
  const name = (): string => {
    count += 1;
    return `proof-${mark}-${count}`;
  };
  const keep = <T>(value: T, path: string): T => {
    paths.push(path);
    return value;
  };
  return {
    ...parts,
    name,
    async issue(fields = {}) {
      const issue = made(
        Item,
        await ask('POST', `${project}/issues`, { title: name(), ...fields }),
        'an issue',
      );
      return keep(issue, `${project}/issues/${issue.iid}`);
    },
    async epic(fields = {}) {
      const epic = made(Item, await ask('POST', `${group}/epics`, { title: name(), ...fields }), 'an epic');
      return keep(epic, `${group}/epics/${epic.iid}`);
    },
    async label(title) {
      const asked = { name: title, color: '#808080' };
      const label = made(NamedLabel, await ask('POST', `${group}/labels`, asked), 'a label of the group');
      return keep(label, `${group}/labels/${label.id}`);
    },
    strayLabel: (title) => void keep(title, `${project}/labels/${encodeURIComponent(title)}`),
    strayIssue: (iid) => void keep(iid, `${project}/issues/${iid}`),
    async note(issue, body) {
      return made(Note, await ask('POST', `${project}/issues/${issue.iid}/notes`, { body }), 'a note');
    },
    async removeAll() {
      const left: string[] = [];
      for (const path of paths.toReversed()) {
        const reply = await ask('DELETE', path);
        if (!isGone(reply)) left.push(`${path} (${reply.status})`);
      }
      return left;
    },
  };
}

function isGone({ status }: Reply): boolean {
  return status < 300 || status === 404 || status === 410;
}
