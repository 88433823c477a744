/** Recovery from GitLab alone, where the record in a description cannot be believed. Costs nothing where it can. */

import type { ActualIssue, ActualState } from '#domain/engagement/state.ts';
import { newestCopy } from '#domain/record/copy.ts';
import type { Identified } from '#domain/record/identify.ts';
import { placeOf } from '#domain/record/line.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import { type Candidate, recovered } from '#domain/record/recovery.ts';
import type { PlacedDeps } from './deps.ts';

/**
 * Recovers the record of an engagement from its protected copy; `null` where the description is to be believed, or
 * where there is no copy: then the epic is newborn, was made before records were sealed, or is none of ours.
 */
export async function recoverRecord(
  { gitlab, settings, seal }: PlacedDeps,
  { engagement }: Pick<ActualState, 'engagement'>,
  {
    epic,
    opened,
    candidates,
  }: Pick<Identified, 'epic' | 'opened'> & { readonly candidates: readonly ActualIssue[] },
): Promise<EngagementRecord | null> {
  if (!seal.required || epic === null) return null;
  if (opened.kind === 'ok' && opened.as !== 'newborn') return null;
  const notes = await gitlab.readNotes(epic);
  const copy = newestCopy(notes, { place: placeOf(epic), key: engagement }, seal);
  if (copy === null) return null;
  const own = new Set([(await gitlab.whoAmI()).id, epic.author.id]);
  const read = await Promise.all(
    candidates
      .filter(({ author }) => own.has(author.id))
      .map(async (issue): Promise<Candidate> => ({ issue, events: await gitlab.readLabelEvents(issue) })),
  );
  return recovered(copy, read, { own, renames: settings.labels, calendar: settings.calendar });
}
