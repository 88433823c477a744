/** The end of an engagement that is given up, and how it is taken up again: what is done stays done, there and back. */
import { stepsGivenUp, wasGivenUp } from '#domain/assess/withdrawal.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { labelName } from '#domain/base/labels.ts';
import { labelCatalogue } from '#domain/process/label-catalogue.ts';
import { isWithdrawn } from '#domain/rulings/rulings.ts';
import { stepBlock } from '#domain/texts/step-block.ts';
import { takenUpNote, withdrawnNote } from '#domain/texts/withdrawn-notes.ts';
import type { Action } from './action.ts';
import { blockChange, labelChanges, unchanged } from './changes.ts';
import { stepMarker } from './creation.ts';
import type { PlanInput, StoppedDraft } from './input.ts';

/** What a run does about the end of an engagement; `null`: nothing, it ended before or goes on. */
export function turnOf({
  facts: { assessment, found },
}: Pick<PlanInput, 'facts'>): 'withdraw' | 'take-up' | null {
  if (found.epic === null || found.record === null) return null;
  const was = isWithdrawn(found.record.rulings);
  if (was === assessment.withdrawn || assessment.closed) return null;
  return was ? 'take-up' : 'withdraw';
}

/** Closes what is open, each issue with the label and a word that says so; the comment on the epic comes before. */
export function planWithdrawal(draft: StoppedDraft & Pick<PlanInput, 'groupLabels'>): readonly Action[] {
  const { facts, settings, context, groupLabels } = draft;
  const { issues } = facts.found;
  const label = labelName('workflow', 'withdrawn', settings.labels);
  const definition = labelCatalogue(facts.assessment.process, settings.labels).find(
    ({ name }) => name === label,
  );
  const isMissing = groupLabels?.has(label) === false && definition !== undefined;
  const closings = stepsGivenUp(facts.assessment, facts.found.issues, settings).flatMap(
    (step): readonly Action[] => {
      const issue = issues.get(step);
      if (issue === undefined || issue.state === 'closed') return [];
      const status = facts.assessment.steps.find(({ key }) => key === step);
      const block =
        status === undefined
          ? null
          : blockChange(issue, stepMarker(facts.assessment, step), stepBlock(status, context), {
              issues,
              coming: new Set(),
            });
      const labels = labelChanges(issue.labels, [label], [labelName('workflow', '', settings.labels)]);
      return [
        changed(step, { ...labels, state: 'closed', block, why: ['close: the engagement is withdrawn'] }),
      ];
    },
  );
  return [
    ...(isMissing ? [{ kind: 'create-label', label: definition, claims: false } as const] : []),
    {
      kind: 'write-note',
      target: { kind: 'epic' },
      rule: 'withdrawn',
      body: withdrawnNote(context, closings.length),
      once: true,
    },
    ...closings,
  ];
}

/** Opens what the withdrawal had closed. What people closed before or since stays closed. */
export function planTakingUp({ facts, settings, context }: StoppedDraft): readonly Action[] {
  const label = labelName('workflow', 'withdrawn', settings.labels);
  const openings = stepsGivenUp(facts.assessment, facts.found.issues, settings).flatMap(
    (step): readonly Action[] => {
      const issue = facts.found.issues.get(step);
      if (issue === undefined || !wasGivenUp(issue, settings)) return [];
      const removeLabels = [label];
      return [
        changed(step, {
          addLabels: [],
          removeLabels,
          state: 'opened',
          block: null,
          why: ['reopen: the engagement is taken up again'],
        }),
      ];
    },
  );
  return [
    {
      kind: 'write-note',
      target: { kind: 'epic' },
      rule: 'withdrawn',
      body: takenUpNote(context),
      ends: true,
    },
    ...openings,
  ];
}

type Update = Extract<Action, { kind: 'update-issue' }>;

function changed(
  step: StepKey,
  change: Pick<Update, 'addLabels' | 'removeLabels' | 'state' | 'block' | 'why'>,
): Action {
  return { ...unchanged(step), ...change };
}
