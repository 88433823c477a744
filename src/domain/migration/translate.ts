/** What GitLab holds of an engagement, in the words of another version of its process. */
import { currentLabel } from '#domain/assess/assess.ts';
import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import { labelName } from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { DriftMemory } from '#domain/engagement/drift-memory.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import { isElsewhere } from '#domain/process/process.ts';
import type { Done } from '#domain/record/done.ts';
import type { Identified } from '#domain/record/identify.ts';
import { type Aside, type Migrated, NEVER_MIGRATED, type SetByPeople } from '#domain/record/migrated.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import type { StepChanges } from '#domain/versions/mapping.ts';
import type { Move } from './move.ts';
import { aboutSubject, seenAfter } from './rekey.ts';
import { joinRulings, splitRulings } from './rulings.ts';
import { endsIn, isRetired, labelsIn, retiredLabel, type Standing } from './standing.ts';

/** An engagement as the version that it goes to will see it. */
export interface Translated {
  /** Without the steps that are not asked for, which depend on what is done. */
  readonly record: EngagementRecord;
  /**
   * Issues by the names of the version to come, as if it had always judged them: labels of ours in its words, what an
   * earlier migration closed open again.
   */
  readonly seen: Identified;
  /** The same issues as they really are; those of steps nobody is asked for any more under their old names. */
  readonly issues: ReadonlyMap<StepKey, ActualIssue>;
  /** Steps nobody is asked for any more that have an issue, by their old names. */
  readonly retired: readonly StepKey[];
  /** Steps that an earlier migration had set aside, and that are back. */
  readonly restored: ReadonlySet<StepKey>;
}

/** Name of a step in the version to come; `null`: nobody is asked for it any more. */
function keyAfter({ becomes }: StepChanges, key: StepKey): StepKey | null {
  const id = stepIdOf(key);
  const then = becomes.get(id);
  return then === undefined ? null : `${then}${key.slice(id.length)}`;
}

/** Translates an engagement. What does not go on is set aside in the record, so that going back finds it. */
export function translate(standing: Standing, move: Move): Translated {
  const { found, record, settings } = standing;
  const after = (key: StepKey): StepKey | null => keyAfter(move.changes, key);
  const back = backFromAside(standing, move);
  const { issues, retired } = namedAnew(found.issues, move);
  for (const [key, { issue }] of back.steps) if (!issues.has(key)) issues.set(key, issue);
  const ends = endsIn(standing);
  const { kept, aside } = splitRulings(standing.assessment.rulings, after);
  const labels = labelsIn(standing, move);
  const migrated = migratedAfter(standing, move, {
    version: move.from,
    steps: asideSteps(retired, standing, ends),
    rulings: aside,
    labels: Object.fromEntries(labels),
  });
  const next: EngagementRecord = {
    ...record,
    version: move.named.version,
    rules: move.named.rules,
    memory: {
      ...record.memory,
      issues: new Map([...mapKeys(record.memory.issues, after), ...back.ids]),
      links: record.memory.links.flatMap(({ from, to }) => {
        const [one, other] = [after(from), after(to)];
        return one === null || other === null ? [] : [{ from: one, to: other }];
      }),
    },
    done: new Map([...mapKeys(ends, after), ...back.done]),
    baseline: new Map([...mapKeys(record.baseline, after), ...back.baseline]),
    fellTo: mapKeys(record.fellTo, after),
    occurrences: mapKeys(record.occurrences, after),
    // What a migration changes is nobody's reversal of what was done before.
    touches: new Map(),
    rulings: joinRulings(kept, back.rulings),
    drift: driftAfter(record.drift, after),
    migrated,
    ...aboutSubject(move.rekey),
  };
  const live = new Map([...issues].filter(([key]) => !retired.includes(key)));
  return {
    record: next,
    issues,
    retired,
    restored: new Set(back.steps.keys()),
    seen: {
      ...found,
      epic: found.epic === null ? null : seenAfter(found.epic, move.rekey, settings),
      record: next,
      memory: next.memory,
      issues: new Map(
        [...live].map(([key, issue]) => [key, seenIssue(issue, key, { standing, move, back, settings })]),
      ),
      twinIssues: found.twinIssues.flatMap(({ step, issue }) => {
        const then = after(step);
        return then === null ? [] : [{ step: then, issue }];
      }),
      moved: mapKeys(found.moved, after),
    },
  };
}

function mapKeys<T>(map: ReadonlyMap<StepKey, T>, after: (key: StepKey) => StepKey | null): Map<StepKey, T> {
  return new Map(
    [...map].flatMap(([key, value]): [StepKey, T][] => {
      const then = after(key);
      return then === null ? [] : [[then, value]];
    }),
  );
}

/**
 * Issues by their names to come. A step whose issue is in another engagement by then has none of its own: what is done
 * stays done, and its issue is retired. One of a step that the old version does not know was made by a migration that did not
 * get to its end.
 */
function namedAnew(
  found: ReadonlyMap<StepKey, ActualIssue>,
  { changes, process }: Move,
): { readonly issues: Map<StepKey, ActualIssue>; readonly retired: readonly StepKey[] } {
  const issues = new Map<StepKey, ActualIssue>();
  const retired: StepKey[] = [];
  const ids = new Set(process.steps.map(({ id }) => id));
  const elsewhere = new Set(process.steps.filter(isElsewhere).map(({ id }) => id));
  for (const [key, issue] of found) {
    const then = keyAfter(changes, key);
    if (then !== null && !elsewhere.has(stepIdOf(then))) issues.set(then, issue);
    else if (then !== null || changes.retired.has(stepIdOf(key))) {
      retired.push(key);
      issues.set(key, issue);
    }
  }
  for (const [key, issue] of found) {
    const isOfOld = keyAfter(changes, key) !== null || changes.retired.has(stepIdOf(key));
    if (!isOfOld && ids.has(stepIdOf(key)) && !issues.has(key)) issues.set(key, issue);
  }
  return { issues, retired };
}

/** What an earlier migration had set aside of the version that the engagement goes to. */
interface BackFromAside {
  readonly steps: ReadonlyMap<StepKey, { readonly issue: ActualIssue; readonly closed: boolean }>;
  readonly ids: readonly (readonly [StepKey, number])[];
  readonly done: readonly (readonly [StepKey, Done])[];
  readonly baseline: readonly (readonly [StepKey, string])[];
  readonly rulings: readonly Rulings[];
  readonly labels: ReadonlyMap<StepKey, SetByPeople>;
}

function backFromAside({ record, found }: Standing, { to }: Move): BackFromAside {
  const asides = (record.migrated?.aside ?? []).filter(({ version }) => version === to);
  const steps = asides.flatMap((aside) =>
    Object.entries(aside.steps).flatMap(([key, step]) => {
      const issue = found.setAside.get(step.issue);
      return issue === undefined ? [] : [{ key, step, issue }];
    }),
  );
  return {
    steps: new Map(steps.map(({ key, step, issue }) => [key, { issue, closed: step.closed }])),
    ids: steps.map(({ key, step }) => [key, step.issue] as const),
    done: steps.flatMap(({ key, step }) => (step.done === undefined ? [] : [[key, step.done] as const])),
    baseline: steps.flatMap(({ key, step }) =>
      step.baseline === undefined ? [] : [[key, step.baseline] as const],
    ),
    rulings: asides.map(({ rulings }) => rulings),
    labels: new Map(asides.flatMap(({ labels }) => Object.entries(labels))),
  };
}

function asideSteps(
  retired: readonly StepKey[],
  { found, record, settings }: Standing,
  ends: ReadonlyMap<StepKey, Done>,
): Aside['steps'] {
  return Object.fromEntries(
    retired.flatMap((key) => {
      const issue = found.issues.get(key);
      if (issue === undefined) return [];
      const done = ends.get(key);
      const baseline = record.baseline.get(key);
      const closed = done === undefined && (issue.state === 'opened' || isRetired(issue, settings));
      const kept = {
        ...(done === undefined ? {} : { done }),
        ...(baseline === undefined ? {} : { baseline }),
      };
      return [[key, { issue: issue.id, closed, ...kept }]];
    }),
  );
}

function migratedAfter({ record }: Standing, move: Move, aside: Aside): Migrated {
  const { moves, path, aside: before } = record.migrated ?? NEVER_MIGRATED;
  const others = before.filter(({ version }) => version !== move.to);
  const { changes } = move;
  const stage = {
    version: record.version,
    rules: record.rules,
    to: move.to,
    becomes: Object.fromEntries([...changes.becomes].filter(([was, is]) => was !== is)),
    retired: [...changes.retired.keys()],
    notAsked: [],
    evidence: changes.evidence,
    ...(move.rekey === null ? {} : { key: move.rekey.was }),
  };
  const holds = Object.keys(aside.steps).length + Object.keys(aside.labels).length > 0;
  return {
    moves: moves + 1,
    path: move.way === 'back' ? path.slice(0, -1) : [...path, stage],
    aside: holds ? [...others, aside] : others,
  };
}

/** Drift is remembered under keys that begin with a step, or join two. */
function driftAfter(drift: DriftMemory, after: (key: StepKey) => StepKey | null): DriftMemory {
  const renamed = (key: string): readonly string[] => {
    const [, from = '', separator = '', rest = ''] = /^([^:>]+)([:>])(.*)$/.exec(key) ?? [];
    if (from === 'epic' || from === 'twin') return [key];
    const parts = [after(from), separator === '>' ? after(rest) : rest];
    return parts.every((part) => part !== null) ? [parts.join(separator)] : [];
  };
  return {
    healed: new Set([...drift.healed].flatMap(renamed)),
    asked: new Set([...drift.asked].flatMap(renamed)),
  };
}

/** An issue as if the version to come had always judged it. */
function seenIssue(
  issue: ActualIssue,
  key: StepKey,
  {
    standing,
    move,
    back,
    settings,
  }: {
    readonly standing: Standing;
    readonly move: Move;
    readonly back: BackFromAside;
    readonly settings: Settings;
  },
): ActualIssue {
  const then = move.process.steps.find(({ id }) => id === stepIdOf(key));
  const before = standing.assessment.steps.find((status) => status.issue?.id === issue.id);
  const name = (scope: 'step' | 'role' | 'workflow', value: string): string =>
    labelName(scope, value, settings.labels);
  const renamed = new Map<string, string>(
    before === undefined || then === undefined
      ? []
      : [
          [name('step', stepIdOf(before.key)), name('step', then.id)],
          [name('role', before.step.owner), name('role', then.owner)],
        ],
  );
  const isReopened = back.steps.get(key)?.closed === true && isRetired(issue, settings);
  const mended: ActualIssue = {
    ...issue,
    labels: [...new Set(issue.labels.map((label) => renamed.get(label) ?? label))].filter(
      (label) => !(isReopened && label === retiredLabel(settings)),
    ),
    state: isReopened ? 'opened' : issue.state,
    closedAt: isReopened ? null : issue.closedAt,
  };
  return withLabel(seenAfter(mended, move.rekey, settings), back.labels.get(key) ?? null, settings);
}

/** Puts back what people had set, unless they have set something since. */
function withLabel(issue: ActualIssue, label: SetByPeople | null, settings: Settings): ActualIssue {
  const now = currentLabel(issue, settings);
  if (label === null || issue.state === 'closed' || now === 'in progress' || now === 'waiting') return issue;
  const prefix = labelName('workflow', '', settings.labels);
  const others = issue.labels.filter((known) => !known.startsWith(prefix));
  return { ...issue, labels: [...others, labelName('workflow', label, settings.labels)] };
}
