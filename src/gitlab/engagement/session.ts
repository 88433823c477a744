/** What the functions of this folder share: a connection, and the answers that hardly change. */
import type { ActualUser, OwnUser } from '#domain/engagement/state.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { type Connection, readList } from '#gitlab/http/connection.ts';
import { type CapabilityProbe, createCapabilityProbe } from './capabilities.ts';
import { CurrentUser, Label } from './schema.ts';

/** Connection with the answers that hardly change. */
export interface Session {
  readonly connection: Connection;
  readonly capabilities: CapabilityProbe;
  /** The group's labels by name, with those created since. */
  readonly labels: Kept<Map<string, KnownLabel>>;
  /** Labels that are being created, by name: whether GitLab took it. */
  readonly creating: Map<string, Promise<boolean>>;
  /** The user behind the token. */
  readonly me: Kept<OwnUser>;
  /** Runs that pipelines are of, by their ids; `null`: of none. What a pipeline was given does not change. */
  readonly runs: Map<number, Kept<string | null>>;
  /** Members of the project that were found, by username in lower case. */
  readonly members: Map<string, Kept<ActualUser | null>>;
}

/** Label of the group; the id is `null` where we have made the label ourselves and nobody needs to know. */
export interface KnownLabel {
  readonly id: number | null;
  readonly description: string;
}

/** Answer that is asked for when first wanted. */
export interface Kept<T> {
  /** Gives the answer. Callers who ask while the request is under way share that request; a failure is not kept. */
  readonly get: () => Promise<T>;
  /** The answer, or the request under way; `undefined` while nobody has asked. */
  readonly known: () => Promise<T> | undefined;
  readonly forget: () => void;
}

/** Begins a session. Makes no request. */
export function openSession(connection: Connection): Session {
  return {
    connection,
    capabilities: createCapabilityProbe(connection),
    labels: keep(() => listLabels(connection)),
    creating: new Map(),
    me: keep(() => showOwnUser(connection)),
    runs: new Map(),
    members: new Map(),
  };
}

/** Keeps the answer of a request. */
export function keep<T>(ask: () => Promise<T>): Kept<T> {
  let kept: Promise<T> | undefined;
  return {
    get() {
      kept ??= ask().catch((error: unknown) => {
        kept = undefined;
        throw error;
      });
      return kept;
    },
    known: () => kept,
    forget() {
      kept = undefined;
    },
  };
}

async function listLabels(connection: Connection): Promise<Map<string, KnownLabel>> {
  const labels = await readList(connection, {
    what: `GET /groups/${connection.group}/labels`,
    item: Label,
    fetchPage: (page) => connection.groupLabels.all(connection.group, { ...page }),
  });
  return new Map(labels.map(({ id, name, description }) => [name, { id, description: description ?? '' }]));
}

async function showOwnUser({ users }: Connection): Promise<OwnUser> {
  return parseAnswer(CurrentUser, await users.showCurrentUser(), 'GET /user');
}
