/** Every engagement that GitLab holds, or those that changed: thousands of them at a cost in memory that does not grow with them. */
import { type EngagementKey, isEngagementKey } from '#domain/base/keys.ts';
import { bulkFrom, type KnownEngagements } from '#domain/engagement/known.ts';
import type { ActualEpic, ActualIssue, ActualState, Capabilities } from '#domain/engagement/state.ts';
import { parseMarker } from '#domain/text/marker.ts';
import type { ActualStates, ReadAllOptions } from '#ports/gitlab.ts';
import {
  countPages,
  epicsIfAny,
  everyEpic,
  everyIssue,
  listIssues,
  readEngagement,
  readEpicIssues,
  type Since,
} from './engagements.ts';
import type { Session } from './session.ts';
import { createSpool } from './spool.ts';

/** Of so few changed engagements nobody asks how long the group's lists are: that is two requests too. */
const FEW = 3;

/**
 * Reads every engagement of which anything is left, whatever its process and its labels, or those that changed since an
 * instant (ISO 8601), or all but those that are known to be over.
 */
export async function readAll(
  session: Session,
  { updatedAfter, known }: ReadAllOptions = {},
): Promise<ActualStates> {
  if (updatedAfter !== undefined) return await readChanged(session, updatedAfter);
  const running = known === undefined ? null : await readRunning(session, known);
  return running ?? (await readFull(session));
}

async function readChanged(session: Session, updatedAfter: string): Promise<ActualStates> {
  const changed = await findChanged(session, updatedAfter);
  if (await isLessWhole(session, changed.size))
    return await readFull(session, (engagement) => changed.has(engagement));
  return await readAlone(session, changed);
}

/** Engagements that changed, by key, with their epics that name none any more. */
type Changed = ReadonlyMap<EngagementKey, readonly ActualEpic[]>;

async function findChanged(session: Session, updatedAfter: string): Promise<Changed> {
  const [epics, issues] = await Promise.all([
    epicsIfAny(session, { updatedAfter }),
    listIssues(session.connection, { updatedAfter }),
  ]);
  const stripped = await strippedEpics(session, epics ?? []);
  const changed = [...(epics ?? []), ...issues].flatMap(engagementsOf).concat([...stripped.keys()]);
  return new Map(changed.map((engagement) => [engagement, stripped.get(engagement) ?? []]));
}

/** Reads engagements by their labels, side by side. */
async function readAlone(session: Session, engagements: Changed): Promise<readonly ActualState[]> {
  return await Promise.all(
    [...engagements].map(async ([engagement, stripped]) => {
      const state = await readEngagement(session, engagement, { always: true });
      return { ...state, epics: [...state.epics, ...stripped] };
    }),
  );
}

/**
 * Reads what is running or has changed: in bulk what was created lately, the rest by its label. Of an engagement that is new
 * or has changed an item may be older than the bulk. `null` where a label brings no epic of an engagement that is known:
 * it may have been deleted, which moves no `updated_at`.
 */
async function readRunning(session: Session, known: KnownEngagements): Promise<ActualStates | null> {
  const { created, over } = known;
  const from = bulkFrom(known);
  const changed = await findChanged(session, known.changedSince);
  const isInBulk = (engagement: EngagementKey): boolean =>
    !changed.has(engagement) && Date.parse(created.get(engagement) ?? '') >= Date.parse(from);
  const bulk = await readLists(session, {
    from,
    isWanted: (engagement) => !over.has(engagement) && !changed.has(engagement),
  });
  try {
    const running = new Set([...created.keys(), ...bulk.engagements].filter((key) => !over.has(key)));
    const others = [...running].filter((engagement) => !isInBulk(engagement));
    const alone = await readAlone(session, new Map([...others.map((key) => [key, []] as const), ...changed]));
    if (alone.some((state) => created.has(state.engagement) && lacksEpic(state))) {
      bulk.close();
      return null;
    }
    const listed = { ...bulk, engagements: bulk.engagements.filter(isInBulk) };
    return statesIn(
      listed,
      alone,
      [...over].filter((engagement) => !changed.has(engagement)),
    );
  } catch (error) {
    bulk.close();
    throw error;
  }
}

/** Where there are no epics an issue stands for one. */
function lacksEpic({ epics, issues, capabilities }: ActualState): boolean {
  return capabilities.epics ? epics.length === 0 : issues.length === 0;
}

/** Whether all pages of the group are fewer requests than each changed engagement: one for its epics, one for its issues. */
async function isLessWhole(session: Session, changed: number): Promise<boolean> {
  if (changed <= FEW) return false;
  const { epics, issues } = await countPages(session);
  return epics === null ? issues < changed : epics + issues < changed * 2;
}

/** Epics of ours that name no engagement any more, by the engagement of the issues in them. */
async function strippedEpics(
  session: Session,
  epics: readonly ActualEpic[],
): Promise<ReadonlyMap<EngagementKey, readonly ActualEpic[]>> {
  const nameless = epics.filter((epic) => engagementsOf(epic).length === 0);
  if (nameless.length === 0) return new Map();
  const { id: me } = await session.me.get();
  const stripped = new Map<EngagementKey, ActualEpic[]>();
  for (const epic of nameless.filter(({ author }) => author.id === me)) {
    const inside = new Set((await readEpicIssues(session, epic)).flatMap(engagementsOf));
    for (const engagement of inside) stripped.set(engagement, [...(stripped.get(engagement) ?? []), epic]);
  }
  return stripped;
}

async function readFull(
  session: Session,
  isWanted: (engagement: EngagementKey) => boolean = () => true,
): Promise<ActualStates> {
  return statesIn(await readLists(session, { isWanted }));
}

/** Engagements of lists that are at their end. */
interface Listed {
  readonly engagements: readonly EngagementKey[];
  readonly capabilities: Capabilities;
  /** The items of an engagement, once. */
  take(engagement: EngagementKey): readonly (ActualEpic | ActualIssue)[];
  close(): void;
}

/**
 * The lists are in order of creation, in which the items of an engagement lie months apart: they are put aside until the
 * lists are at their end. What stays in memory of an engagement meanwhile is its key.
 */
async function readLists(
  session: Session,
  { isWanted, ...since }: Since & { readonly isWanted: (engagement: EngagementKey) => boolean },
): Promise<Listed> {
  const { connection, capabilities } = session;
  const spool = createSpool();
  const keys = { epics: new Set<EngagementKey>(), issues: new Set<EngagementKey>() };
  /** Engagement → epics in which its issues are. One that names no engagement belongs to that of its issues. */
  const inside = new Map<EngagementKey, Set<number>>();
  const nameless = new Set<number>();

  function insideOf(engagement: EngagementKey): Set<number> {
    const epics = inside.get(engagement) ?? new Set();
    inside.set(engagement, epics);
    return epics;
  }

  async function putEpics(): Promise<void> {
    for await (const part of everyEpic(connection, since)) {
      const named = part.map((epic) => [epic, engagementsOf(epic)] as const);
      for (const [{ id }, engagements] of named) if (engagements.length === 0) nameless.add(id);
      spool.put(
        named.flatMap(([epic, engagements]) =>
          engagements.length === 0
            ? [[namelessKey(epic.id), epic] as const]
            : keyed(epic, engagements.filter(isWanted), keys.epics),
        ),
      );
    }
  }

  async function putIssues(): Promise<void> {
    for await (const part of everyIssue(connection, since)) {
      const named = part.map((issue) => [issue, engagementsOf(issue).filter(isWanted)] as const);
      for (const [{ epicId }, engagements] of named)
        for (const engagement of engagements) if (epicId !== null) insideOf(engagement).add(epicId);
      spool.put(named.flatMap(([issue, engagements]) => keyed(issue, engagements, keys.issues)));
    }
  }

  try {
    await Promise.all([capabilities.ifEpics(putEpics), putIssues()]);
    return {
      engagements: [...new Set([...keys.epics, ...keys.issues])],
      capabilities: await capabilities.get(),
      take: (engagement) => {
        const stripped = [...insideOf(engagement)].filter((id) => nameless.has(id)).map(namelessKey);
        return [engagement, ...stripped].flatMap((key) => spool.take(key));
      },
      close: () => spool.close(),
    };
  } catch (error) {
    spool.close();
    throw error;
  }
}

/** An item under each of its engagements, which are added to those known. */
function keyed<T extends ActualEpic | ActualIssue>(
  item: T,
  engagements: readonly EngagementKey[],
  known: Set<EngagementKey>,
): readonly (readonly [string, T])[] {
  for (const engagement of engagements) known.add(engagement);
  return engagements.map((key) => [key, item] as const);
}

function namelessKey(epicId: number): string {
  return `epic ${epicId}`;
}

/** The engagements of lists, and after them others that were read already. */
function statesIn(
  listed: Listed,
  others: readonly ActualState[] = [],
  leftOut: readonly EngagementKey[] = [],
): ActualStates {
  const { engagements, capabilities } = listed;
  function* each(): Generator<ActualState> {
    try {
      for (const engagement of engagements) {
        const items = listed.take(engagement);
        yield {
          engagement,
          epics: items.filter((item) => item.kind === 'epic'),
          issues: items.filter((item) => item.kind === 'issue'),
          capabilities,
        };
      }
      yield* others;
    } finally {
      listed.close();
    }
  }
  return { length: engagements.length + others.length, leftOut, [Symbol.iterator]: each };
}

/** By its labels, and by its marker where somebody took the label off. */
function engagementsOf(item: ActualEpic | ActualIssue): readonly EngagementKey[] {
  const labelled = item.labels.filter((label) => isEngagementKey(label));
  const marked = parseMarker(item.description)?.engagement;
  return marked === undefined || labelled.includes(marked) ? labelled : [...labelled, marked];
}
