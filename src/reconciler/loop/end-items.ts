/** Closes what was made twice, and the tracking issue that an epic has replaced: each after a note that says why. */
import type { Action } from '#domain/plan/action.ts';
import { epicMarker } from '#domain/plan/creation.ts';
import { movedBlock } from '#domain/plan/holder.ts';
import { recordNow, withRecord } from '#domain/plan/written.ts';
import { placeOf } from '#domain/record/line.ts';
import { writeManagedBlock } from '#domain/text/managed-block.ts';
import { movedNote, twinNote } from '#domain/texts/epic-notes.ts';
import { ensureNote } from './ensure-note.ts';
import { epicOf, targetOf, textOf, type World } from './world.ts';

/** Closes an epic or issue that was made twice. */
export async function closeTwin(
  world: World,
  action: Extract<Action, { kind: 'close-twin' }>,
): Promise<void> {
  const original = targetOf(world, action.original).reference;
  if (action.item === 'epic') {
    const epic = world.found.twinEpics.find(({ id }) => id === action.id);
    if (epic === undefined) return;
    await ensureNote(world, epic, 'twin', twinNote(original));
    await world.gitlab.updateEpic(epic, { state: 'closed' });
    return;
  }
  const issue = world.found.twinIssues.find((twin) => twin.issue.id === action.id)?.issue;
  if (issue === undefined) return;
  await ensureNote(world, issue, 'twin', twinNote(original));
  await world.gitlab.updateIssue(issue, { state: 'closed' });
}

/** Closes a tracking issue. The note comes first: a crash before the close leaves a tracking issue that is found again. */
export async function retireTracking(
  world: World,
  { id, record }: Extract<Action, { kind: 'retire-tracking' }>,
): Promise<void> {
  const { engagement } = world.plan;
  const { found } = world;
  const left = [...(found.epic === null ? [] : [found.epic]), ...found.leftTracking];
  const tracking = left.find((epic) => epic.id === id && epic.tracking !== null);
  if (tracking === undefined) return;
  const { reference } = epicOf(world);
  const marker = epicMarker({ engagement, process: world.process });
  await ensureNote(world, tracking, 'moved', movedNote(engagement, reference));
  const make = (now: string): string =>
    withRecord(
      writeManagedBlock(now, marker, movedBlock(engagement, reference)),
      recordNow(record, new Map(), null),
      placeOf(tracking),
      world.seal,
    );
  await world.gitlab.updateEpic(tracking, {
    description: textOf(world, tracking, make),
    ...(tracking.state === 'opened' ? { state: 'closed' } : {}),
  });
}
