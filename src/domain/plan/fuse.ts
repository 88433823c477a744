/**
 * The loop fuse: when what Procession puts an item to is undone within seconds, three times in a row, another machine
 * fights against it, and the engagement is paused instead of fighting on. People are slower, and never pause anything.
 *
 * What was done last stands in the record of the epic, so that service, command line and CI decide alike.
 *
 * Sources: bots that made thousands of changes against each other (Mergify #3307, motoko #3763).
 */

import type { StepStatus } from '#domain/assess/step-status.ts';
import { msBetween } from '#domain/base/calendar.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { labelName } from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';
import type { Touch, Touches } from '#domain/record/record.ts';
import { labelChanges } from './changes.ts';
import { epicChange } from './epic.ts';
import { movesToEpic } from './holder.ts';
import type { Draft } from './input.ts';
import { issueStateChange } from './steps.ts';

/** How soon after our change its reversal is a machine's, in milliseconds. */
const AT_ONCE_MS = 10_000;
/** The third reversal in a row trips the fuse. */
const REVERSALS = 3;

/** An item that this run puts to something. */
interface Put {
  readonly step: StepKey | null;
  readonly to: string;
  /** Not after this instant somebody has made it what it is. */
  readonly since: string;
  readonly isWrongClose: boolean;
}

/** Touches of all items after this run; those that the run leaves alone keep theirs. */
export function touchesAfter(
  draft: Pick<Draft, 'facts' | 'wishes' | 'settings' | 'context' | 'left'>,
): Touches {
  const { record, memory } = draft.facts.found;
  // Whoever resumes has settled the fight.
  const before: Touches = memory.paused ? new Map() : (record?.touches ?? new Map());
  const { steps } = draft.facts.assessment;
  const puts = [...steps.flatMap((status) => putOf(status, draft)), ...epicPut(draft)];
  return new Map([...before, ...puts.map((put) => [put.step, touchBy(put, before.get(put.step))] as const)]);
}

/** How often each step was closed although something was missing. */
export function wrongClosesIn(touches: Touches): ReadonlyMap<StepKey, number> {
  return new Map(
    [...touches].flatMap(([step, { wrongCloses }]) => (step === null ? [] : [[step, wrongCloses]])),
  );
}

/** The item that another machine keeps undoing, in words; `null` where none does. */
export function fightIn(touches: Touches): string | null {
  const [fight] = [...touches].filter(([, { undone, at }]) => at === null && undone >= REVERSALS);
  return fight === undefined ? null : `${fight[0] ?? 'epic'} → ${fight[1].to}`;
}

function touchBy({ to, since, isWrongClose }: Put, before: Touch | undefined): Touch {
  const isUndone = before?.at != null && before.to === to && isAtOnce(before.at, since);
  return {
    to,
    at: null,
    undone: isUndone ? before.undone + 1 : 0,
    wrongCloses: isWrongClose ? (before?.wrongCloses ?? 0) + 1 : 0,
  };
}

function isAtOnce(ours: string, theirs: string): boolean {
  const ms = msBetween(ours, theirs);
  return ms >= 0 && ms <= AT_ONCE_MS;
}

function putOf(status: StepStatus, { settings }: { readonly settings: Settings }): readonly Put[] {
  const { issue, key, violations } = status;
  if (issue === null) return [];
  const state = issueStateChange(status, issue);
  const { addLabels, removeLabels } = labelChanges(
    issue.labels,
    [labelName('workflow', status.state, settings.labels)],
    [labelName('workflow', '', settings.labels)],
  );
  if (state === null && addLabels.length + removeLabels.length === 0) return [];
  return [
    {
      step: key,
      to: [...(state === null ? [] : [state]), status.state].join(' '),
      since: changedAt(issue),
      isWrongClose: state === 'opened' && violations.some(({ rule }) => rule === 'closed-too-early'),
    },
  ];
}

function epicPut(draft: Pick<Draft, 'facts' | 'wishes' | 'settings' | 'context' | 'left'>): readonly Put[] {
  const { epic } = draft.facts.found;
  if (epic === null || movesToEpic(draft)) return [];
  const { state, addLabels, removeLabels } = epicChange(epic, draft);
  const to = [
    ...(state === null ? [] : [state]),
    ...addLabels.map((label) => `+${label}`),
    ...removeLabels.map((label) => `-${label}`),
  ].join(' ');
  return to === '' ? [] : [{ step: null, to, since: changedAt(epic), isWrongClose: false }];
}

/** When a closed item was closed; of an open one only the last change of all is known. */
function changedAt({ state, closedAt, updatedAt }: ActualIssue | ActualEpic): string {
  return state === 'closed' ? (closedAt ?? updatedAt) : updatedAt;
}
