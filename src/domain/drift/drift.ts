/**
 * What people took away or moved that Procession had set up, and what becomes of it. The table of `docs/drift.md`:
 * put back once without a word; when it is undone again, left alone and asked about in one comment on the item.
 */

import { isKeptHidden } from '#domain/assess/audience.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import { labelName, labelValues, WORKFLOW_STATES } from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import { type DriftMemory, NO_DRIFT } from '#domain/engagement/drift-memory.ts';
import type { Edge } from '#domain/engagement/memory.ts';
import type { ActualIssue, NoteTarget } from '#domain/engagement/state.ts';
import { type Identified, isInHolder } from '#domain/record/identify.ts';

/** Something of an engagement that is no longer as Procession had set it up. */
export interface Drift {
  /** Under which it is remembered. */
  readonly key: string;
  /** Where people are asked about it. */
  readonly target: NoteTarget;
  /** `heal`: put back the first time. `ask`: never put back. `tell`: put back each time, and said the first. */
  readonly policy: 'heal' | 'ask' | 'tell';
  readonly is:
    | { readonly kind: 'issue-gone' | 'issue-moved' | 'left-epic'; readonly step: StepKey }
    /** `step: null`: the epic, and with it everything. */
    | { readonly kind: 'exposed'; readonly step: StepKey | null }
    | { readonly kind: 'unlinked'; readonly edge: Edge }
    | {
        readonly kind: 'label';
        readonly step: StepKey | null;
        readonly label: string;
        readonly scope: string | null;
      }
    | { readonly kind: 'foreign-state'; readonly step: StepKey; readonly labels: readonly string[] }
    | { readonly kind: 'twin'; readonly id: number };
}

/** Facts in which drift is found: what the process asks for, and what GitLab holds. */
export interface DriftFacts {
  readonly assessment: Assessment;
  readonly found: Identified;
  readonly settings: Settings;
  /** Names of the group's labels; `null`: not read. */
  readonly groupLabels: ReadonlySet<string> | null;
  /** Links that were there and are gone. */
  readonly lostLinks: readonly Edge[];
  /** Somebody asked to start over. */
  readonly resume: boolean;
}

/** Decision of a run about the drift that it found. */
export interface Settlement {
  /** As it is after this run. */
  readonly memory: DriftMemory;
  /** Left as people made it. */
  readonly left: readonly Drift[];
  /** Items on which something is asked for the first time. */
  readonly askOn: readonly NoteTarget[];
  /** Put back, and to be said. */
  readonly tell: readonly Drift[];
}

/** Decides what becomes of the drift: put back the first time, asked about the second, left alone from then on. */
export function settleDrift(input: DriftFacts): Settlement {
  const before = driftMemoryOf(input);
  const healed = new Set(before.healed);
  const asked = new Set(before.asked);
  const left: Drift[] = [];
  const tell: Drift[] = [];
  const askOn = new Map<string, NoteTarget>();
  for (const drift of findDrift(input, before)) {
    const { key, target, policy } = drift;
    if (policy === 'heal' && !healed.has(key)) {
      healed.add(key);
      continue;
    }
    if (policy === 'tell') {
      if (!asked.has(key)) tell.push(drift);
      asked.add(key);
      continue;
    }
    left.push(drift);
    if (asked.has(key)) continue;
    asked.add(key);
    askOn.set(target.kind === 'epic' ? '' : target.step, target);
  }
  return { memory: { healed, asked }, left, tell, askOn: [...askOn.values()] };
}

/** Drift that the epic remembers; none when a person asked to start over. */
export function driftMemoryOf({
  found,
  resume,
}: {
  readonly found: Pick<Identified, 'record'>;
  readonly resume: boolean;
}): DriftMemory {
  return resume ? NO_DRIFT : (found.record?.drift ?? NO_DRIFT);
}

function linkKey({ from, to }: Edge): string {
  return `${from}>${to}`;
}

function findDrift(input: DriftFacts, memory: DriftMemory): readonly Drift[] {
  const { assessment, found, lostLinks } = input;
  if (found.epic === null) return [];
  return [
    ...assessment.steps.flatMap((status) =>
      status.elsewhere !== null
        ? []
        : status.issue === null
          ? goneDrift(status.key, input, memory)
          : issueDrift(status, status.issue, input, memory),
    ),
    ...lostLinks.map((edge): Drift => {
      return {
        key: linkKey(edge),
        target: { kind: 'step', step: edge.to },
        policy: 'heal',
        is: { kind: 'unlinked', edge },
      };
    }),
    ...epicDrift(input),
    ...twinDrift(input),
  ];
}

/** An issue that was there. One that a launch has not come to yet is no drift. */
function goneDrift(
  step: StepKey,
  { found, resume }: DriftFacts,
  { healed, asked }: DriftMemory,
): readonly Drift[] {
  const target: NoteTarget = { kind: 'epic' };
  if (found.moved.has(step) && !resume)
    return [{ key: `${step}:moved`, target, policy: 'ask', is: { kind: 'issue-moved', step } }];
  const key = `${step}:issue`;
  // Remembered by its id, or gone for good since.
  if (!found.memory.issues.has(step) && !(healed.has(key) && asked.has(key))) return [];
  return [{ key, target, policy: 'heal', is: { kind: 'issue-gone', step } }];
}

function issueDrift(
  { key, step }: StepStatus,
  issue: ActualIssue,
  input: DriftFacts,
  { asked }: DriftMemory,
): readonly Drift[] {
  const { found } = input;
  // Not set up to the end yet: what is missing is not people's doing.
  if (found.memory.issues.get(key) !== issue.id) return [];
  const target: NoteTarget = { kind: 'step', step: key };
  // While an interrupted move from a tracking issue is being completed, issues come into the epic by our own doing.
  const isMoving = found.leftTracking.length > 0;
  const place: Drift[] =
    found.epic?.tracking !== null || isMoving || isInHolder(key, issue, found)
      ? []
      : [{ key: `${key}:epic`, target, policy: 'heal', is: { kind: 'left-epic', step: key } }];
  const exposed: Drift[] =
    (step.confidential || input.assessment.hidden) && !issue.confidential
      ? [{ key: `${key}:confidential`, target, policy: 'ask', is: { kind: 'exposed', step: key } }]
      : [];
  const labels = { step: stepIdOf(key), role: step.owner };
  const lost = labelDrift(key, issue.labels, labels, input);
  const taken = hasJustMoved(key, issue, found) ? lost.filter((drift) => asked.has(drift.key)) : lost;
  return [...place, ...exposed, ...taken, ...foreignState(key, issue, input)];
}

/**
 * Whether an issue was closed or opened since the last run. A card that is dragged to Closed, or out of it, loses the labels
 * of all lists of the board: GitLab does that, and nobody has decided it.
 *
 * @see app/services/boards/base_item_move_service.rb `remove_label_ids`
 */
function hasJustMoved(step: StepKey, { state }: ActualIssue, { record }: Identified): boolean {
  return (state === 'closed') !== (record?.done.has(step) ?? false);
}

/** Values of a team's own in the scope of states: boards would miss the step, so the state is put back; and that is said. */
function foreignState(step: StepKey, issue: ActualIssue, { settings }: DriftFacts): readonly Drift[] {
  const known: readonly string[] = WORKFLOW_STATES;
  const labels = labelValues(issue.labels, 'workflow', settings.labels)
    .filter((value) => !known.includes(value))
    .map((value) => labelName('workflow', value, settings.labels));
  if (labels.length === 0) return [];
  const target: NoteTarget = { kind: 'step', step };
  return [{ key: `${step}:workflow`, target, policy: 'tell', is: { kind: 'foreign-state', step, labels } }];
}

function epicDrift(input: DriftFacts): readonly Drift[] {
  const { found, assessment } = input;
  // The memory is written last: without it the epic is not set up to the end.
  if (found.epic === null || found.memory.issues.size === 0) return [];
  const drift = labelDrift(null, found.epic.labels, { process: assessment.process.id }, input);
  const isExposed = isKeptHidden(assessment.engagement, input.settings) && !found.epic.confidential;
  const exposed: Drift = {
    key: 'epic:confidential',
    target: { kind: 'epic' },
    policy: 'ask',
    is: { kind: 'exposed', step: null },
  };
  // By the SOW label the epic is found: it is put back each time.
  return [
    ...(isExposed ? [exposed] : []),
    ...drift.filter(({ is }) => is.kind !== 'label' || is.scope !== null),
  ];
}

/** Labels of ours that are missing though the group has them; one that the group lost is made again, see `planLabels`. */
function labelDrift(
  step: StepKey | null,
  actual: readonly string[],
  scoped: Readonly<Partial<Record<'step' | 'role' | 'process', string>>>,
  { assessment, settings, groupLabels }: DriftFacts,
): readonly Drift[] {
  const wanted = [
    { short: 'sow', label: assessment.engagement, scope: null },
    ...(['step', 'role', 'process'] as const).flatMap((scope) => {
      const value = scoped[scope];
      return value === undefined
        ? []
        : [
            {
              short: `${scope}=${value}`,
              label: labelName(scope, value, settings.labels),
              scope: labelName(scope, '', settings.labels),
            },
          ];
    }),
  ];
  return wanted
    .filter(({ label }) => !actual.includes(label) && (groupLabels === null || groupLabels.has(label)))
    .map(({ short, label, scope }): Drift => {
      return {
        key: `${step ?? 'epic'}:${short}`,
        target: step === null ? { kind: 'epic' } : { kind: 'step', step },
        policy: 'heal',
        is: { kind: 'label', step, label, scope },
      };
    });
}

/** A double that was closed and that somebody opened again. */
function twinDrift({ found }: DriftFacts): readonly Drift[] {
  const issues = found.twinIssues
    .filter(({ issue }) => issue.state === 'opened')
    .map(({ step, issue }) => ({ id: issue.id, target: { kind: 'step', step } as const }));
  const epics = found.twinEpics
    .filter(({ state }) => state === 'opened')
    .map(({ id }) => ({ id, target: { kind: 'epic' } as const }));
  return [...issues, ...epics].map(({ id, target }): Drift => {
    return { key: `twin:${id}`, target, policy: 'heal', is: { kind: 'twin', id } };
  });
}

/**
 * Steps whose issue blocks fewer open issues than it should, by the count that GitLab shows in lists: links of these
 * steps are gone. Links that people are asked about do not count.
 *
 * @param remembered links known to have been there
 * @param reopening steps whose closed issues are about to be opened again
 * @see ee/app/models/ee/issue_link.rb `blocking_issues_for_collection`: the count is that of open targets, and is kept
 * up when a link is deleted or a target closes
 */
export function suspectBlockers(
  remembered: readonly Edge[],
  { issues }: Pick<Identified, 'issues'>,
  { asked }: DriftMemory,
  reopening: ReadonlySet<StepKey>,
): readonly StepKey[] {
  const open = remembered.filter((edge) => !asked.has(linkKey(edge)));
  const expected = new Map<StepKey, number>();
  for (const { from, to } of open)
    if (issues.get(to)?.state === 'opened') expected.set(from, (expected.get(from) ?? 0) + 1);
  const counted = [...expected].flatMap(([step, count]) => {
    const seen = issues.get(step)?.blockingCount ?? null;
    return seen !== null && seen < count ? [step] : [];
  });
  // A link to a closed issue is in no count; it is missed as soon as the issue is open again.
  const uncounted = open.filter(
    ({ from, to }) => reopening.has(to) && (issues.get(from)?.blockingCount ?? null) !== null,
  );
  return [...new Set([...counted, ...uncounted.map(({ from }) => from)])];
}
