import type { Assessment } from '#domain/assess/step-status.ts';
import { type KeptSow, NO_HISTORY, openOffers, type SowHistory, stagedOn } from '#domain/sow/history.ts';
import { isGivenUp } from '#domain/sow/stage.ts';
import { isDeal } from '#domain/sow/subject.ts';
import { plainText } from '#domain/text/foreign-text.ts';
import type { Related, ReportedDeal } from './engagement-report.ts';

/** Reports on a deal beside its steps, without its amount; `null`: it is none. @param history `null`: not known */
export function reportDeal(
  { sow, withdrawn }: Pick<Assessment, 'sow' | 'withdrawn'>,
  history: SowHistory | null,
): ReportedDeal | null {
  if (!isDeal(sow)) return null;
  const { stage, opened_on: openedOn, expected_close: expectedClose = null, url: opportunity } = sow.deal;
  const kept = { sow, history: history ?? NO_HISTORY };
  return {
    stage: plainText(stage, 100),
    stageSince: stagedOn(kept.history) ?? null,
    openedOn,
    expectedClose,
    opportunity,
    lost: lostOf(kept, withdrawn),
  };
}

/** What a source says of the end of a deal. It is asked about until it is answered, and remembered afterwards. */
function lostOf(kept: KeptSow, withdrawn: boolean): ReportedDeal['lost'] {
  for (const { reading } of openOffers(kept))
    if (reading.kind === 'not-won' && isGivenUp(reading.stage)) {
      const { stage, reason } = reading;
      return {
        stage: plainText(stage, 100),
        reason: reason === null ? null : plainText(reason, 500),
        asked: !withdrawn,
      };
    }
  return null;
}

/** The other engagements of its chain: where they are, and nothing of what stands in them. */
export function relatedOf({ chain }: Pick<Assessment, 'chain'>): readonly Related[] {
  return chain.map(({ key, reference, url }) => ({
    engagement: plainText(key, 100),
    reference: plainText(reference, 200),
    url,
  }));
}
