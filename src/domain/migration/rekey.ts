/**
 * An engagement that is about something else from then on: an engagement of a SOW becomes the deal that the SOW came of.
 *
 * Everything of it carries both labels until its epic, written in one request, is found under the new key alone: a run
 * that is killed leaves a whole engagement under the one key or under the other.
 */
import { isKeptHidden } from '#domain/assess/audience.ts';
import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';
import type { Action } from '#domain/plan/action.ts';
import { unchanged } from '#domain/plan/changes.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import { launchedWith } from '#domain/sow/history.ts';
import { readManagedBlock, writeManagedBlock } from '#domain/text/managed-block.ts';
import type { Move, Rekey } from './move.ts';

type UpdateIssue = Extract<Action, { kind: 'update-issue' }>;

/** Key of the engagement once the move is made. */
export function keyAfterMove({ rekey }: Pick<Move, 'rekey'>, engagement: EngagementKey): EngagementKey {
  return rekey?.is ?? engagement;
}

/** What of a record is about its subject: what its sources have said, what people are asked, who belongs to its chain. */
export function aboutSubject(rekey: Rekey | null): Partial<EngagementRecord> {
  if (rekey === null) return {};
  const { sow, history } = launchedWith(rekey.source);
  return { key: rekey.is, sow, history, proposals: [], chain: [], handOver: null };
}

/** An item as it is seen once the move is made: it carries the new label beside the old one. */
export function seenAfter<T extends ActualEpic | ActualIssue>(
  item: T,
  rekey: Rekey | null,
  settings: Settings,
): T {
  if (rekey === null) return item;
  const labels = [...new Set([...item.labels, rekey.is])];
  return { ...item, labels, confidential: item.confidential || isKeptHidden(rekey.is, settings) };
}

/** Issues of the engagement that are no step of the version to come: retired by this migration, or set aside by an earlier one. */
export function besideSteps(
  issues: ReadonlyMap<StepKey, ActualIssue>,
  retired: readonly StepKey[],
  { setAside, record }: Pick<Identified, 'setAside' | 'record'>,
): ReadonlyMap<StepKey, ActualIssue> {
  const aside = (record?.migrated?.aside ?? []).flatMap(({ steps }) =>
    Object.entries(steps).flatMap(([key, { issue: id }]): [StepKey, ActualIssue][] => {
      const issue = setAside.get(id);
      return issue === undefined || issues.has(key) ? [] : [[key, issue]];
    }),
  );
  const ended = retired.flatMap((key): [StepKey, ActualIssue][] => {
    const issue = issues.get(key);
    return issue === undefined ? [] : [[key, issue]];
  });
  return new Map([...aside, ...ended]);
}

/** Brings issues along that are no step any more: the label, the line that says whose they are, and who may read them. */
export function broughtAlong(
  beside: ReadonlyMap<StepKey, ActualIssue>,
  rekey: Rekey,
  settings: Settings,
): readonly Action[] {
  return [...beside].flatMap(([step, issue]): Action[] => {
    const seen = seenAfter(issue, rekey, settings);
    const block = ofOther(issue.description, rekey);
    const isHidden = seen.confidential && !issue.confidential;
    const addLabels = seen.labels.filter((label) => !issue.labels.includes(label));
    if (addLabels.length === 0 && block === null && !isHidden) return [];
    return [
      {
        ...unchanged(step),
        addLabels,
        block,
        ...(isHidden ? { confidential: true } : {}),
        why: [`belongs to ${rekey.is}`],
      },
    ];
  });
}

/** Our lines in a text that says that they are of another engagement; `null` where it says what it should. */
function ofOther(description: string, { is }: Pick<Rekey, 'is'>): string | null {
  const block = readManagedBlock(description);
  return block === null || block.marker.engagement === is ? null : block.content;
}

/**
 * A new issue as it is made: of the old engagement, by label and marker, so that the same migration finds it again when
 * it was killed.
 */
function madeUnderOldKey(action: Action, { was }: Rekey): Action {
  if (action.kind !== 'create-issue') return action;
  const block = readManagedBlock(action.description);
  if (block === null) return action;
  const marker = { ...block.marker, engagement: was };
  return {
    ...action,
    labels: [...action.labels, was],
    description: writeManagedBlock(action.description, marker, block.content),
  };
}

/** Gives the epic its new name in the request that writes its record. */
export function epicRekeyed(
  action: Extract<Action, { kind: 'update-epic' }>,
  epic: ActualEpic,
  { rekey, title, settings }: { readonly rekey: Rekey; readonly title: string; readonly settings: Settings },
): Action {
  const isHidden = isKeptHidden(rekey.is, settings) && !epic.confidential;
  return {
    ...action,
    addLabels: [...action.addLabels, ...(epic.labels.includes(rekey.is) ? [] : [rekey.is])],
    removeLabels: [...action.removeLabels, ...epic.labels.filter((label) => label === rekey.was)],
    ...(title === epic.title ? {} : { title }),
    ...(isHidden ? { confidential: true } : {}),
    why: [`${rekey.was} is ${rekey.is}`, ...action.why],
  };
}

/** What is left when the epic has its new key: no issue says any more that it is of the old one. */
export function finishing(
  issues: ReadonlyMap<StepKey, ActualIssue>,
  rekey: Pick<Rekey, 'was' | 'is'>,
): readonly Action[] {
  return [...issues]
    .filter(([, { labels }]) => labels.includes(rekey.was))
    .map(([step, { description }]) => leaving(step, rekey, ofOther(description, rekey)));
}

function leaving(step: StepKey, { was }: Pick<Rekey, 'was'>, block: string | null): UpdateIssue {
  return { ...unchanged(step), removeLabels: [was], block, why: [`is no longer of ${was}`] };
}

/**
 * A plan that gives another key: what is found by the old one until the epic is written leaves it afterwards.
 *
 * @param issues those that are there
 */
export function leavingLast(
  actions: readonly Action[],
  issues: ReadonlyMap<StepKey, ActualIssue>,
  rekey: Rekey,
): readonly Action[] {
  const made = actions.map((action) => madeUnderOldKey(action, rekey));
  const fresh = made.flatMap((action): Action[] =>
    action.kind === 'create-issue' ? [leaving(action.step, rekey, ofOther(action.description, rekey))] : [],
  );
  const others = [...issues]
    .filter(([, { labels }]) => labels.includes(rekey.was))
    .map(([step]) => leaving(step, rekey, null));
  return [...made, ...fresh, ...others];
}
