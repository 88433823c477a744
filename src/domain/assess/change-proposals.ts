/** Proposals that come from change requests: both sides have agreed, and a manager says when the SOW changes. */
import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { applyEffects } from '#domain/changes/apply-effects.ts';
import type { Proposal, ProposalAnswer } from '#domain/proposals/proposal.ts';
import type { AppliedChange } from '#domain/rulings/rulings.ts';
import { sowChanges } from '#domain/sow/changes.ts';
import { changedBy, type KeptSow, revisionOf } from '#domain/sow/history.ts';
import { isDeal } from '#domain/sow/subject.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { effectsNameOf, isReady, paperOf } from './changes.ts';
import { changeTable, effectLines, thresholdLines } from './effect-lines.ts';
import { type Asked, sowEffects } from './sow-effects.ts';
import type { Assessment, StepStatus } from './step-status.ts';

/** Cause of the proposal about a change request. @example `change-request-2` */
function causeOf(key: StepKey): string {
  return key.replace('/', '-');
}

/** The change request that an answer or a proposal is about; `undefined`: none, or no longer. */
export function requestOf(
  { kind, cause }: Pick<Proposal, 'kind' | 'cause'>,
  { steps }: Pick<Assessment, 'steps'>,
): StepStatus | undefined {
  return kind === 'change'
    ? steps.find(({ key, change }) => change !== null && causeOf(key) === cause)
    : undefined;
}

/** Proposals of change requests that have all they need. */
export function changeProposals(
  assessment: Asked & Pick<Assessment, 'withdrawn' | 'closed'>,
  kept: KeptSow,
  settings: Settings,
): readonly Proposal[] {
  if (assessment.withdrawn || assessment.closed) return [];
  return assessment.steps.flatMap(({ key, step, change }): Proposal[] => {
    if (change === null || !isReady(change) || change.wanted.kind !== 'ok') return [];
    const { sow: to } = change.wanted;
    const changes = sowChanges(kept.sow, to);
    const effects = sowEffects(assessment, { from: kept.sow, to, calendar: settings.calendar });
    const revision = changes.length === 0 ? null : revisionOf(kept.history) + 1;
    return [
      {
        kind: 'change',
        cause: causeOf(key),
        title: `Change request: ${inlineText(step.title)} (${change.kind}, ${change.state})`,
        lines: [
          ...(revision === null
            ? ['No field of the SOW changes by it.']
            : [`It makes revision ${revision} of the SOW:`, '', ...changeTable(changes)]),
          ...effectLines(effects),
          ...thresholdLines(kept.sow, to, settings),
        ],
        does: { revision, kind: change.kind, paper: paperOf(change.result), changes, effects },
        hindrance: null,
      },
    ];
  });
}

/** What is remembered of a change request that is carried out; `given`: who said so, and where. */
export function appliedChange(
  { key, change }: Pick<StepStatus, 'key' | 'change'>,
  { sow, revision }: Pick<Assessment, 'sow' | 'revision'>,
  given: Pick<AppliedChange, 'by' | 'byId' | 'on' | 'note' | 'at'>,
): readonly AppliedChange[] {
  if (change === null || change.kind === null || change.wanted.kind !== 'ok') return [];
  const isOther = sowChanges(sow, change.wanted.sow).length > 0;
  return [
    {
      step: key,
      kind: change.kind,
      paper: paperOf(change.result) ?? '',
      revision: isOther ? revision + 1 : null,
      effects: effectsNameOf(change),
      ...given,
    },
  ];
}

/** SOW and history after a change request was carried out. */
export function afterChange(
  kept: KeptSow,
  answer: ProposalAnswer,
  before: Pick<Assessment, 'steps'>,
): KeptSow {
  const request = requestOf(answer, before);
  const change = request?.change ?? null;
  const paper = paperOf(change?.result ?? null);
  if (request === undefined || change?.wanted.kind !== 'ok' || paper === null) return kept;
  if (change.applied !== null) return kept;
  const { effects } = change.wanted;
  if (isDeal(kept.sow)) return kept;
  const changed = applyEffects(effects, kept.sow, null);
  if (changed.kind !== 'ok') return kept;
  const namesEnd = effects.end !== undefined;
  const { on, by } = answer;
  return changedBy(kept, { to: changed.sow, step: request.key, paper, namesEnd, on, by });
}
