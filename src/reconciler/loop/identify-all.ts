import type { ActualState } from '#domain/engagement/state.ts';
import { type Identified, identify } from '#domain/record/identify.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import { takenOver } from '#domain/record/recovery.ts';
import type { ReconcileDeps } from './deps.ts';
import { withUnlabelled, withUnlabelledEpic } from './look-closer.ts';
import { recoverRecord } from './recover.ts';

/** Identifies what is ours, also where somebody took the label off. */
export async function identifyAll(
  deps: Pick<ReconcileDeps, 'gitlab' | 'settings' | 'seal'>,
  actual: ActualState,
  { reseal = false }: { readonly reseal?: boolean | undefined } = {},
): Promise<Identified> {
  const found = await identifyCarefully(deps, actual);
  const withEpic = await withUnlabelledEpic(deps.gitlab, actual, found);
  const known = withEpic === actual ? found : await identifyCarefully(deps, withEpic);
  const whole = await withUnlabelled(deps.gitlab, withEpic, known);
  const seen = whole === withEpic ? known : await identifyCarefully(deps, whole);
  const record =
    (await recoverRecord(deps, actual, { ...seen, candidates: whole.issues })) ??
    (reseal && seen.opened.kind === 'damaged' && seen.opened.record !== null
      ? takenOver(seen.opened.record, whole.issues, {
          renames: deps.settings.labels,
          calendar: deps.settings.calendar,
        })
      : null);
  if (record === null || seen.epic === null) return seen;
  return await identifyCarefully(deps, whole, new Map([[seen.epic.id, record]]));
}

/**
 * Asks who we are only when something carries our marker but was made by somebody unknown: an earlier token, or, of
 * tracking issues, anybody until we have asked.
 */
async function identifyCarefully(
  { gitlab, settings, seal }: Pick<ReconcileDeps, 'gitlab' | 'settings' | 'seal'>,
  actual: ActualState,
  restored: ReadonlyMap<number, EngagementRecord> = new Map(),
): Promise<Identified> {
  const { formerUsers } = settings;
  const found = identify(actual, seal, { formerUsers, restored });
  const isClear = found.epic !== null || actual.epics.length === 0;
  return isClear && found.doubtful.length === 0 && found.doubtfulTracking.length === 0
    ? found
    : identify(actual, seal, { ownUserIds: [(await gitlab.whoAmI()).id], formerUsers, restored });
}
