import type { EngagementKey } from '#domain/base/keys.ts';
import type { Identified } from '#domain/record/identify.ts';
import { recordDamagedNote } from '#domain/texts/notes.ts';
import type { ReconcileDeps } from './deps.ts';
import { writeEpicNote } from './ensure-note.ts';

/** Says on the epic, once, that its SOW record was changed by hand. */
export async function reportDamage(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  found: Identified,
): Promise<void> {
  if (found.epic === null || deps.settings.policy.mode === 'shadow') return;
  await writeEpicNote(deps.gitlab, found.epic, 'record-damaged', recordDamagedNote(engagement));
}
