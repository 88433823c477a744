/** A deal as it stands, as plain text. */
import type { EngagementReport, ReportedDeal } from '#domain/portfolio/engagement-report.ts';
import { dayText } from './day-text.ts';

/** The stage, and since when, where that is known. @example stageText(deal, today) // 'negotiating since 20 Nov' */
export function stageText({ stage, stageSince }: ReportedDeal, today: string): string {
  const since = stageSince === null ? '' : ` since ${dayText(stageSince, today)}`;
  return `${stage.replaceAll('_', ' ')}${since}`;
}

/** Whether the day on which it was to be signed is over, and it is not won. */
export function isOverdue({ expectedClose, stage }: ReportedDeal, today: string): boolean {
  return expectedClose !== null && expectedClose < today && stage !== 'closed_won';
}

/** Reports on deals, and those on SOWs. */
export function bySubject(reports: readonly EngagementReport[]): {
  readonly sows: readonly EngagementReport[];
  readonly deals: readonly EngagementReport[];
} {
  return {
    sows: reports.filter(({ subject }) => subject === 'sow'),
    deals: reports.filter(({ subject }) => subject === 'deal'),
  };
}
