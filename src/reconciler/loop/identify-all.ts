import type { ActualState } from '#domain/engagement/state.ts';
import { type Identified, identify } from '#domain/record/identify.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import { stepOf, takenOver } from '#domain/record/recovery.ts';
import type { PlacedDeps, ReconcileDeps } from './deps.ts';
import { withUnlabelled, withUnlabelledEpic } from './look-closer.ts';
import { inPlaceOf } from './place.ts';
import { recoverRecord } from './recover.ts';

/** Identifies what is ours, also where somebody took the label off. */
export async function identifyAll(
  anywhere: Pick<ReconcileDeps, 'gitlab' | 'settings' | 'seal'>,
  actual: ActualState,
  { reseal = false }: { readonly reseal?: boolean | undefined } = {},
): Promise<Identified> {
  const deps = inPlaceOf(anywhere, actual.engagement);
  const found = await identifyCarefully(deps, actual);
  const withEpic = await withUnlabelledEpic(deps.gitlab, actual, found);
  const known = withEpic === actual ? found : await identifyCarefully(deps, withEpic);
  const whole = await withUnlabelled(deps.gitlab, withEpic, known);
  const seen = whole === withEpic ? known : await identifyCarefully(deps, whole);
  if (seen.epic === null) return seen;
  const copied = await recoverRecord(deps, actual, { ...seen, candidates: whole.issues });
  const record = copied ?? (reseal ? unsealedRecord(deps, whole, seen) : null);
  if (record === null) return await withProvenTwins(deps, seen);
  const restored = new Map([[seen.epic.id, record]]);
  return await withProvenTwins(
    deps,
    await identifyCarefully(deps, whole, { restored, takenOver: copied === null }),
  );
}

/**
 * Leaves alone what only says that it is a double: an issue of another engagement may carry a marker that somebody has
 * pasted. Where records are sealed, a double is one that we ourselves have labelled for this step.
 */
async function withProvenTwins(
  { gitlab, settings, seal }: PlacedDeps,
  found: Identified,
): Promise<Identified> {
  const { epic, record, twinIssues } = found;
  if (!seal.required || epic === null || record === null || twinIssues.length === 0) return found;
  const own = new Set([(await gitlab.whoAmI()).id, epic.author.id]);
  const reading = { own, renames: settings.labels };
  const verdicts = await Promise.all(
    twinIssues.map(async ({ step, issue }) => {
      const events = issue.state === 'opened' ? await gitlab.readLabelEvents(issue) : [];
      return issue.state === 'closed' || stepOf({ issue, events }, record.key, reading) === step;
    }),
  );
  return {
    ...found,
    twinIssues: twinIssues.filter((_, index) => verdicts[index] === true),
    doubtful: [
      ...found.doubtful,
      ...twinIssues.flatMap(({ issue }, index) => (verdicts[index] === true ? [] : [issue])),
    ],
  };
}

/** The record that people take over although it carries no seal; `null` where there is none that can be read. */
function unsealedRecord(
  { settings }: Pick<ReconcileDeps, 'settings'>,
  { issues }: ActualState,
  { opened }: Pick<Identified, 'opened'>,
): EngagementRecord | null {
  if (opened.kind !== 'damaged' || opened.record === null) return null;
  return takenOver(opened.record, issues, { renames: settings.labels, calendar: settings.calendar });
}

/**
 * Asks who we are only when something carries our marker but was made by somebody unknown: an earlier token, or, of
 * tracking issues, anybody until we have asked.
 */
async function identifyCarefully(
  { gitlab, settings, seal }: PlacedDeps,
  actual: ActualState,
  restoration: {
    readonly restored?: ReadonlyMap<number, EngagementRecord>;
    readonly takenOver?: boolean;
  } = {},
): Promise<Identified> {
  const known = { formerUsers: settings.formerUsers, ...restoration };
  const found = identify(actual, seal, known);
  const isClear = found.epic !== null || actual.epics.length === 0;
  return isClear && found.doubtful.length === 0 && found.doubtfulTracking.length === 0
    ? found
    : identify(actual, seal, { ...known, ownUserIds: [(await gitlab.whoAmI()).id] });
}
