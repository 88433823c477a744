/** What a migration means for one engagement, found out by comparing how both versions see it. */
import { isKeptHidden } from '#domain/assess/audience.ts';
import type { Assessment } from '#domain/assess/step-status.ts';
import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import { canonicalJson, checksum } from '#domain/base/record-line.ts';
import { epicTitle, issueTitle } from '#domain/plan/creation.ts';
import { blockContext } from '#domain/texts/block-context.ts';
import type { Effect } from './effects.ts';
import type { Move } from './move.ts';
import type { NewSteps } from './new-steps.ts';
import { rewordings } from './rewording.ts';
import type { Standing } from './standing.ts';
import type { Translated } from './translate.ts';

/** What a migration means, from the engagement as both versions see it. */
export function effectsOf(
  standing: Standing,
  move: Move,
  {
    translated,
    steps,
    assessment,
  }: { readonly translated: Translated; readonly steps: NewSteps; readonly assessment: Assessment },
): readonly Effect[] {
  const titled = titleEffects(standing, assessment);
  const aside = translated.record.migrated?.aside.find(({ version }) => version === move.from);
  return [
    ...rekeyEffects(standing, move, assessment),
    ...titled,
    ...(move.way === 'texts' ? rewordings(standing, assessment, move) : []),
    ...steps.asked.map((step): Effect => ({ kind: 'asked', step })),
    ...steps.tooLate.map(({ step, because }): Effect => ({ kind: 'too-late', step, because })),
    ...translated.retired.map(
      (step): Effect => ({
        kind: 'retired',
        step,
        title: standing.assessment.steps.find(({ key }) => key === step)?.step.title ?? step,
        closed: aside?.steps[step]?.closed === true,
        why: move.changes.retired.get(stepIdOf(step)) ?? ISSUE_IS_ELSEWHERE,
      }),
    ),
    ...[...translated.restored].map((step): Effect => {
      const kept = standing.record.migrated?.aside.find(({ version }) => version === move.to);
      return { kind: 'restored', step, reopened: kept?.steps[step]?.closed === true };
    }),
  ];
}

const ISSUE_IS_ELSEWHERE = 'Its issue is in the engagement that comes of this one.';

function rekeyEffects(
  { found, assessment: before, settings }: Standing,
  { rekey }: Move,
  assessment: Assessment,
): readonly Effect[] {
  if (rekey === null || found.epic === null) return [];
  const { was, is, source } = rekey;
  const titles = [before, assessment].map((one) => epicTitle(blockContext(one, settings)));
  return [
    {
      kind: 'rekeyed',
      was,
      is,
      subject: checksum(canonicalJson(source.sow)),
      title: titles.includes(found.epic.title) ? 'follows' : 'stays',
      hidden: isKeptHidden(is, settings),
    },
  ];
}

/** Steps that are called otherwise, or whose issues are titled anew. */
function titleEffects({ assessment: before, settings }: Standing, assessment: Assessment): readonly Effect[] {
  return assessment.steps.flatMap((status): Effect[] => {
    const old = before.steps.find(({ issue }) => issue !== null && issue.id === status.issue?.id);
    if (old === undefined || status.issue === null) return [];
    const was = issueTitle(old, blockContext(before, settings));
    const is = issueTitle(status, blockContext(assessment, settings));
    const isOurs = [was, is].includes(status.issue.title);
    const title = was === is ? 'same' : isOurs ? 'follows' : 'stays';
    if (old.key !== status.key) return [{ kind: 'renamed', step: status.key, was: old.key, title }];
    return title === 'follows' ? [{ kind: 'retitled', step: status.key }] : [];
  });
}

/** Title of a step, in the words of both versions. */
export function titlesOf(
  before: Assessment,
  after: Assessment,
  { process }: Move,
): (step: StepKey) => string {
  const titles = new Map([
    ...before.steps.map(({ key, step }) => [key, step.title] as const),
    ...process.steps.map(({ id, title }) => [id, title] as const),
    ...after.steps.map(({ key, step }) => [key, step.title] as const),
  ]);
  return (step) => titles.get(step) ?? step;
}
