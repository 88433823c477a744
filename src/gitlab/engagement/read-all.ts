/** Every engagement that GitLab holds, or those that changed: thousands of them at a cost in memory that does not grow with them. */
import { type EngagementKey, isEngagementKey } from '#domain/base/keys.ts';
import type { ActualEpic, ActualIssue, ActualState, Capabilities } from '#domain/engagement/state.ts';
import { parseMarker } from '#domain/text/marker.ts';
import type { ActualStates } from '#ports/gitlab.ts';
import {
  countPages,
  epicsIfAny,
  everyEpic,
  everyIssue,
  listIssues,
  readEngagement,
  readEpicIssues,
} from './engagements.ts';
import type { Session } from './session.ts';
import { createSpool, type Spool } from './spool.ts';

/** Of so few changed engagements nobody asks how long the group's lists are: that is two requests too. */
const FEW = 3;

/**
 * Reads every engagement of which anything is left, whatever its process and its labels, or those that changed since an
 * instant (ISO 8601).
 */
export async function readAll(
  session: Session,
  options: { readonly updatedAfter?: string } = {},
): Promise<ActualStates> {
  return options.updatedAfter === undefined
    ? await readFull(session)
    : await readChanged(session, options.updatedAfter);
}

async function readChanged(session: Session, updatedAfter: string): Promise<ActualStates> {
  const [epics, issues] = await Promise.all([
    epicsIfAny(session, { updatedAfter }),
    listIssues(session.connection, { updatedAfter }),
  ]);
  const stripped = await strippedEpics(session, epics ?? []);
  const changed = new Set([...(epics ?? []), ...issues].flatMap(engagementsOf).concat([...stripped.keys()]));
  if (await isLessWhole(session, changed.size))
    return await readFull(session, (engagement) => changed.has(engagement));
  return await Promise.all(
    [...changed].map(async (engagement) => {
      const state = await readEngagement(session, engagement, { always: true });
      return { ...state, epics: [...state.epics, ...(stripped.get(engagement) ?? [])] };
    }),
  );
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

/**
 * The lists are in order of creation, in which the items of an engagement lie months apart: they are put aside until the
 * lists are at their end. What stays in memory of an engagement meanwhile is its key.
 */
async function readFull(
  session: Session,
  isWanted: (engagement: EngagementKey) => boolean = () => true,
): Promise<ActualStates> {
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
    for await (const part of everyEpic(connection)) {
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
    for await (const part of everyIssue(connection)) {
      const named = part.map((issue) => [issue, engagementsOf(issue).filter(isWanted)] as const);
      for (const [{ epicId }, engagements] of named)
        for (const engagement of engagements) if (epicId !== null) insideOf(engagement).add(epicId);
      spool.put(named.flatMap(([issue, engagements]) => keyed(issue, engagements, keys.issues)));
    }
  }

  try {
    await Promise.all([capabilities.ifEpics(putEpics), putIssues()]);
    const engagements = [...new Set([...keys.epics, ...keys.issues])];
    return statesIn(spool, engagements, {
      capabilities: await capabilities.get(),
      strippedOf: (engagement) => [...insideOf(engagement)].filter((id) => nameless.has(id)).map(namelessKey),
    });
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

function statesIn(
  spool: Spool,
  engagements: readonly EngagementKey[],
  {
    capabilities,
    strippedOf,
  }: {
    readonly capabilities: Capabilities;
    readonly strippedOf: (engagement: EngagementKey) => readonly string[];
  },
): ActualStates {
  function* each(): Generator<ActualState> {
    try {
      for (const engagement of engagements) {
        const items = [engagement, ...strippedOf(engagement)].flatMap((key) => spool.take(key));
        yield {
          engagement,
          epics: items.filter((item) => item.kind === 'epic'),
          issues: items.filter((item) => item.kind === 'issue'),
          capabilities,
        };
      }
    } finally {
      spool.close();
    }
  }
  return { length: engagements.length, [Symbol.iterator]: each };
}

/** By its labels, and by its marker where somebody took the label off. */
function engagementsOf(item: ActualEpic | ActualIssue): readonly EngagementKey[] {
  const labelled = item.labels.filter((label) => isEngagementKey(label));
  const marked = parseMarker(item.description)?.engagement;
  return marked === undefined || labelled.includes(marked) ? labelled : [...labelled, marked];
}
