/** What this GitLab offers, found out once. The only place that takes a refusal for an answer. */
import { GitLabRefusedError } from '#domain/base/errors.ts';
import { isRecent } from '#domain/base/recent.ts';
import { type Capabilities, FREE, PREMIUM } from '#domain/engagement/state.ts';
import type { Connection } from '#gitlab/http/connection.ts';
import { orNull } from '#gitlab/http/look-before-repeat.ts';

/** A subscription may begin while the service runs; that there are no epics is believed this long. */
const FREE_FOR_MS = 5 * 60_000;

/** Learns what this GitLab offers from the requests that are made anyway. */
export interface CapabilityProbe {
  /** Gives the capabilities; costs one read when nothing is known yet. */
  get(): Promise<Capabilities>;
  /**
   * Gives the answer of a read of epics, `null` where GitLab has none. Work on an engagement begins with such a read,
   * which tells what {@link CapabilityProbe.get} would ask for.
   *
   * @throws GitLabRefusedError 401, 403, 404 that are about the token and the group, not the licence.
   */
  ifEpics<T>(readEpics: () => Promise<T>): Promise<T | null>;
}

/**
 * Creates a probe that tells the tiers apart by whether epics may be listed: everything else we need comes with the
 * same licence (Premium). 403 means no epics; the Community Edition has no such route and says 404. A token without
 * the scope, or a group that cannot be seen, is refused the same way; the labels of the group, which every tier has,
 * tell the two apart. A refused token taken for Free would launch everything a second time.
 *
 * @see https://docs.gitlab.com/api/epics/
 */
export function createCapabilityProbe(connection: Connection): CapabilityProbe {
  let known: { readonly capabilities: Capabilities; readonly at: number } | null = null;

  function learn(capabilities: Capabilities): void {
    known = { capabilities, at: connection.now() };
  }

  /** Epics stay; their absence is asked for again. */
  function isKnown(): boolean {
    if (known === null || known.capabilities.epics) return known !== null;
    return isRecent(known.at, FREE_FOR_MS, connection.now());
  }

  async function ifEpics<T>(readEpics: () => Promise<T>): Promise<T | null> {
    if (isKnown() && known?.capabilities.epics === false) return null;
    try {
      const answer = await readEpics();
      learn(PREMIUM);
      return answer;
    } catch (error) {
      // A licence does not end from one request to the next: who has seen epics takes a refusal for what it is.
      const hadEpics = known?.capabilities.epics === true;
      if (hadEpics || !(await isUnlicensed(connection, error))) throw error;
      learn(FREE);
      return null;
    }
  }

  return {
    ifEpics,
    async get() {
      if (!isKnown()) await ifEpics(() => oneEpic(connection));
      return known?.capabilities ?? FREE;
    },
  };
}

async function oneEpic({ epics, group }: Connection): Promise<unknown> {
  return await epics.all(group, { page: 1, perPage: 1 });
}

async function isUnlicensed({ groupLabels, group }: Connection, error: unknown): Promise<boolean> {
  if (!(error instanceof GitLabRefusedError)) return false;
  if (error.status !== 403 && error.status !== 404) return false;
  try {
    return (await orNull(groupLabels.all(group, { page: 1, perPage: 1 }))) !== null;
  } catch (refused) {
    if (refused instanceof GitLabRefusedError) return false;
    throw refused;
  }
}
