/** Proposals that come from sources of the SOW: an amendment, a deal that is not won any more. */
import type { Settings } from '#domain/base/settings.ts';
import type { Proposal, ProposalAnswer } from '#domain/proposals/proposal.ts';
import type { SowChange } from '#domain/sow/changes.ts';
import {
  type KeptSow,
  openOffers,
  revisionOf,
  type SourceKind,
  type SowOrigin,
  takeOffer,
} from '#domain/sow/history.ts';
import { isGivenUp } from '#domain/sow/stage.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { afterChange } from './change-proposals.ts';
import { changeTable, effectLines } from './effect-lines.ts';
import { type Asked, sowEffects } from './sow-effects.ts';
import type { Assessment } from './step-status.ts';

/** Proposals of what sources say and nobody has agreed to yet. */
export function sowProposals(
  assessment: Asked & Pick<Assessment, 'withdrawn'>,
  kept: KeptSow,
  settings: Settings,
): readonly Proposal[] {
  if (assessment.withdrawn) return [];
  return openOffers(kept).flatMap(({ origin, kind, reading }): Proposal[] => {
    switch (reading.kind) {
      case 'older':
      case 'same':
        return [];
      case 'not-won':
        return isGivenUp(reading.stage) ? [] : [notWon(kind, reading.stage)];
      case 'conflict':
        return [colliding({ origin, kind }, reading)];
      case 'amendment': {
        const { calendar } = settings;
        const effects = sowEffects(assessment, { from: kept.sow, to: reading.sow, calendar });
        const revision = revisionOf(kept.history) + 1;
        return [
          {
            ...titled(kind, origin),
            lines: [...changeTable(reading.changes), ...effectLines(effects)],
            does: { revision, changes: reading.changes, effects },
            hindrance: null,
          },
        ];
      }
    }
  });
}

function titled(kind: SourceKind, origin: SowOrigin): Pick<Proposal, 'kind' | 'cause' | 'title'> {
  return {
    kind: 'amendment',
    cause: kind,
    title: `The SOW has changed in its source (${originText(origin)})`,
  };
}

/** Names where a SOW came from. @example `the CRM, 2026-11-25T09:00:00Z` */
function originText({ kind, name, commit, at }: SowOrigin): string {
  const what = kind === 'crm' ? 'the CRM' : inlineText(name ?? (kind === 'file' ? 'its file' : 'a change'));
  const when = commit?.slice(0, 8) ?? at;
  return when === null || when === undefined ? what : `${what}, ${inlineText(when)}`;
}

function colliding(
  { origin, kind }: { readonly origin: SowOrigin; readonly kind: SourceKind },
  { changes, fields }: { readonly changes: readonly SowChange[]; readonly fields: readonly string[] },
): Proposal {
  return {
    ...titled(kind, origin),
    lines: changeTable(changes),
    does: { changes, fields },
    hindrance: `source and record have gone different ways since the source was applied: ${fields.map((field) => inlineText(field)).join(', ')}. Make the source say there what the record says, or what holds now`,
  };
}

/** What is to become of an engagement whose deal is not won any more. */
function notWon(kind: SourceKind, stage: string): Proposal {
  return {
    kind: 'withdrawal',
    cause: kind,
    title: `The deal is not won any more (stage: ${inlineText(stage)}), and its engagement runs`,
    lines: [
      'Nothing else of what its source says now is taken over, and nothing is closed by itself: `/ps hold <reason>` stops the work until this is settled.',
    ],
    does: { stage },
    hindrance:
      'what is to become of the work is for people to decide; `/ps withdraw <reason>` asks what giving it up would close',
  };
}

/** SOW and history after what people have agreed to. @param before the assessment that they have seen */
export function afterAnswers(
  kept: KeptSow,
  answers: readonly ProposalAnswer[],
  before: Pick<Assessment, 'steps'>,
): KeptSow {
  return answers.reduce((now, answer) => {
    const { kind, cause, outcome, on, by } = answer;
    if (outcome !== 'applied') return now;
    if (kind === 'change') return afterChange(now, answer, before);
    const isTaken = kind === 'amendment' && (cause === 'file' || cause === 'crm');
    return isTaken ? (takeOffer(now, cause, { on, by }) ?? now) : now;
  }, kept);
}
