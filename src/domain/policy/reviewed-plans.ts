/**
 * What a merge request's note remembers of the plans that people saw in it, so that what is applied after the merge is
 * what was reviewed. A hidden line of the note; the note itself is proven to be ours by its author.
 */
import { type EngagementKey, isEngagementKey } from '#domain/base/keys.ts';
import { textLines } from '#domain/markdown/text-lines.ts';

/** Rule by which the note on a merge request is found again, see `encodeNoteMarker`. */
export const PLAN_NOTE_RULE = 'merge-request-plan';

/**
 * Plans that people saw: engagement → digest (`planDigest`), or {@link REVIEWED_NOT_WON} where nothing is launched
 * yet.
 */
export type ReviewedPlans = ReadonlyMap<EngagementKey, string>;

/** Word in place of a digest: the SOW is not won, so there is no plan. */
export const REVIEWED_NOT_WON = 'not-won';

const LINE = /^<!-- procession:reviewed v1((?: [^\s<>=]+=[A-Za-z0-9:_-]{1,100})*) -->$/;

/**
 * Line that remembers reviewed plans. @example `<!-- procession:reviewed v1 SOW-1042=f00 SOW-1043=not-won -->`
 *
 * @throws {TypeError} when the line could not be read back: a bug of ours
 */
export function encodeReviewedPlans(plans: ReviewedPlans): string {
  const line = `<!-- procession:reviewed v1${[...plans].map(([key, digest]) => ` ${key}=${digest}`).join('')} -->`;
  if (!LINE.test(line)) throw new TypeError(`not plans that can be read back: ${line}`);
  return line;
}

/**
 * Reads reviewed plans from a note; none when the note holds no such line. The last line counts: ours is the one
 * before the note's marker.
 */
export function parseReviewedPlans(body: string): ReviewedPlans {
  const matches = textLines(body).flatMap(({ text, fenced }) =>
    fenced ? [] : ((LINE.exec(text.trim()) ?? [])[1] ?? []),
  );
  const pairs = (matches.at(-1) ?? '').split(' ').flatMap((pair): [EngagementKey, string][] => {
    const [key = '', digest = ''] = pair.split('=', 2);
    return isEngagementKey(key) && digest !== '' ? [[key, digest]] : [];
  });
  return new Map(pairs);
}
