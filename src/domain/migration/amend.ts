/** Changes of issues that a migration makes beside those of an ordinary plan. */
import type { StepKey } from '#domain/base/keys.ts';
import { labelName } from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Action } from '#domain/plan/action.ts';
import { blockChange, labelChanges, unchanged } from '#domain/plan/changes.ts';
import { stepMarker } from '#domain/plan/creation.ts';
import type { Effect } from './effects.ts';
import type { Move } from './move.ts';
import { retiredLabel } from './standing.ts';
import { retiredBlock } from './texts.ts';
import type { Translated } from './translate.ts';

type Update = Extract<Action, { kind: 'update-issue' }>;

/**
 * An ordinary plan begins from issues as the version to come sees them; these begin from issues as they are.
 *
 * @param titleOf new title of the issue of a step; `null`: it stays
 */
export function amended(
  actions: readonly Action[],
  {
    translated: { issues, seen },
    titleOf,
  }: {
    readonly translated: Pick<Translated, 'issues' | 'seen'>;
    readonly titleOf: (step: StepKey) => string | null;
  },
): readonly Action[] {
  const planned = new Set(actions.flatMap((action) => (action.kind === 'update-issue' ? [action.step] : [])));
  const amend = (update: Update): readonly Action[] => {
    const [real, asSeen] = [issues.get(update.step), seen.issues.get(update.step)];
    return real === undefined || asSeen === undefined
      ? [update]
      : fromReal(update, { real, seen: asSeen, title: titleOf(update.step) });
  };
  const more = [...seen.issues.keys()]
    .filter((step) => !planned.has(step))
    .flatMap((step) => amend(unchanged(step)));
  const all = actions.flatMap((action) => (action.kind === 'update-issue' ? amend(action) : [action]));
  const before = all.findIndex(({ kind }) => LATER.includes(kind));
  return before === -1 ? [...all, ...more] : [...all.slice(0, before), ...more, ...all.slice(before)];
}

/** Parts of a plan that come after the changes of issues. */
const LATER: readonly Action['kind'][] = [
  'place-issues',
  'start-pipeline',
  'relate',
  'update-epic',
  'retire-tracking',
];

/** Nothing at all where the issue is as it should be. */
function fromReal(
  update: Update,
  {
    real,
    seen,
    title,
  }: { readonly real: ActualIssue; readonly seen: ActualIssue; readonly title: string | null },
): readonly Action[] {
  const wanted = new Set(
    [...seen.labels, ...update.addLabels].filter((label) => !update.removeLabels.includes(label)),
  );
  const addLabels = [...wanted].filter((label) => !real.labels.includes(label));
  const removeLabels = real.labels.filter((label) => !wanted.has(label));
  const state = update.state ?? (seen.state === real.state ? null : seen.state);
  const isTitled = title !== null && title !== real.title;
  const isHidden = seen.confidential && !real.confidential;
  const why = [
    ...(update.state === null && state === 'opened' ? ['open: asked for again'] : []),
    ...(isTitled ? [`title: ${title}`] : []),
    ...(isHidden ? ['confidential'] : []),
    ...(update.why.length > 0
      ? update.why
      : addLabels.length + removeLabels.length > 0
        ? ['labels follow']
        : []),
  ];
  if (why.length === 0) return [];
  return [
    {
      ...update,
      addLabels,
      removeLabels,
      state,
      ...(isTitled ? { title } : {}),
      ...(isHidden ? { confidential: true } : {}),
      why,
    },
  ];
}

/** Closes the issue of a step that nobody is asked for any more; nothing where that has been done. */
export function retirement(
  { step, why }: Extract<Effect, { kind: 'retired' }>,
  {
    issues,
    settings,
    engagement,
    move,
  }: {
    readonly issues: ReadonlyMap<StepKey, ActualIssue>;
    readonly settings: Settings;
    readonly engagement: string;
    readonly move: Move;
  },
): readonly Action[] {
  const issue = issues.get(step);
  if (issue === undefined) return [];
  const marker = stepMarker({ engagement, process: move.process }, step);
  const text = retiredBlock({ engagement, move }, why);
  const block = blockChange(issue, marker, text, { issues, coming: new Set() });
  const labels = labelChanges(
    issue.labels,
    [retiredLabel(settings)],
    [labelName('workflow', '', settings.labels)],
  );
  const state = issue.state === 'opened' ? 'closed' : null;
  if (block === null && state === null && labels.addLabels.length + labels.removeLabels.length === 0)
    return [];
  return [
    { ...unchanged(step), ...labels, state, block, why: ['close: retired, nobody is asked for it any more'] },
  ];
}
