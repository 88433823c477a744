import type { Assessment } from '#domain/assess/step-status.ts';
import { localDate } from '#domain/base/calendar.ts';
import { type EngagementKey, subjectOf } from '#domain/base/keys.ts';
import { isRecentInstant } from '#domain/base/recent.ts';
import type { ActualEpic, ActualIssue, ActualState } from '#domain/engagement/state.ts';
import type { Finding } from '#domain/explain/check.ts';
import { notSeen } from '#domain/explain/not-seen.ts';
import type { EngagementReport } from '#domain/portfolio/engagement-report.ts';
import { gatherPortfolio } from '#domain/portfolio/gather.ts';
import type { Portfolio } from '#domain/portfolio/portfolio.ts';
import {
  type ReportContext,
  type ReportedFound,
  reportEngagement,
  reportUnreadable,
} from '#domain/portfolio/report-engagement.ts';
import { identify } from '#domain/record/identify.ts';
import { isDeal } from '#domain/sow/subject.ts';
import type { Clock } from '#ports/clock.ts';
import { changedSince } from '#reconciler/loop/changed-since.ts';
import { type Judged, judge } from '#reconciler/loop/decide.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { tracesOf, undecidedFinding } from '#reconciler/loop/undecided.ts';

export type PortfolioDeps = Pick<ReconcileDeps, 'gitlab' | 'processes' | 'settings' | 'seal'>;

/** What of GitLab is reported on. */
export interface PortfolioScope {
  /** Nothing of deals is read, and no delivery names its deal. */
  readonly withoutDeals: boolean;
}

const EVERYTHING: PortfolioScope = { withoutDeals: false };

/** Reads every engagement in bulk and reports on it; writes nothing. @param at ISO 8601, UTC */
export async function readPortfolio(
  deps: PortfolioDeps,
  at: string,
  scope?: PortfolioScope,
): Promise<Portfolio> {
  return await createPortfolioReader(deps, scope).read(at);
}

/** Reads the portfolio again and again at little cost. */
export interface PortfolioReader {
  /** @throws AppError when GitLab cannot be read; the next call tries again */
  read(at: string): Promise<Portfolio>;
}

/** What is kept of an engagement between two reads: no descriptions, which are most of its size. */
type Known =
  | {
      readonly kind: 'decided';
      readonly assessment: Assessment;
      readonly found: ReportedFound;
    }
  | {
      readonly kind: 'unreadable';
      readonly epic: ActualEpic | null;
      readonly paused: boolean;
      readonly finding: Finding;
    };

/** What no `updated_after` shows, such as an epic that was deleted, is seen an hour later. */
const FULL_EVERY_MS = 3_600_000;

/** Reads everything at first and once an hour, else only what changed since. Not for several calls at a time. */
export function createPortfolioReader(
  deps: PortfolioDeps,
  scope: PortfolioScope = EVERYTHING,
): PortfolioReader {
  const { withoutDeals } = scope;
  const { gitlab } = deps;
  // Where deals live elsewhere, that place is not even read.
  const read = withoutDeals && 'bySubject' in gitlab ? gitlab.bySubject.sow : gitlab;
  let known = new Map<EngagementKey, Known>();
  let lastFull: string | null = null;
  let lastRead: string | null = null;
  return {
    async read(at) {
      const day = (instant: string): string => localDate(instant, deps.settings.calendar);
      const full =
        !isRecentInstant(lastFull, FULL_EVERY_MS, at) ||
        lastRead === null ||
        // Some answers depend on the date, such as how long silence counts as acceptance.
        day(at) !== day(lastRead);
      const since = full || lastRead === null ? {} : { updatedAfter: changedSince(lastRead) };
      const states = await read.readAll(since);
      const next = new Map(full ? [] : known);
      for (const state of states) {
        if (withoutDeals && subjectOf(state.engagement) === 'deal') continue;
        const now = await knowing({ ...deps, clock: { now: () => at } }, state);
        if (now === null) next.delete(state.engagement);
        else next.set(state.engagement, now);
        await breath();
      }
      known = next;
      lastRead = at;
      if (full) lastFull = at;
      const context = { settings: deps.settings, at };
      return gatherPortfolio(
        [...known].map(([engagement, facts]) => reportOn(engagement, facts, context)),
        context,
        scope,
      );
    },
  };
}

/** Hundreds of engagements take seconds of work, and the service has deliveries to answer meanwhile. */
async function breath(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** `null` for an epic of people that only carries our labels. */
async function knowing(
  deps: PortfolioDeps & { readonly clock: Clock },
  state: ActualState,
): Promise<Known | null> {
  const decision = await judge(deps, state);
  switch (decision.kind) {
    case 'absent': {
      const [lost] = notSeen(new Set(), tracesOf(state.engagement, decision));
      const finding = lost?.findings[0];
      return finding === undefined ? null : { kind: 'unreadable', epic: null, paused: false, finding };
    }
    case 'not-won':
    case 'out-of-reach':
    // Nobody names a process or brings a SOW here.
    case 'other-process':
    case 'no-process':
    case 'other-engagement':
    case 'sow-refused':
    case 'sow-taken':
      return null;
    case 'record-damaged':
    case 'unknown-process': {
      const { epic, memory } = decision.found ?? identify(state, deps.seal);
      const finding = undecidedFinding(state.engagement, decision);
      return { kind: 'unreadable', epic: epic === null ? null : light(epic), paused: memory.paused, finding };
    }
    case 'decided':
      return kept(decision);
  }
}

function kept({ facts: { assessment, found } }: Judged): Known {
  const { epic, memory, restored, record } = found;
  const steps = assessment.steps.map((status) => ({
    ...status,
    issue: status.issue === null ? null : light(status.issue),
  }));
  return {
    kind: 'decided',
    assessment: { ...assessment, steps },
    found: {
      epic: epic === null ? null : light(epic),
      memory,
      restored,
      record: record === null || !isDeal(assessment.sow) ? null : { history: record.history },
    },
  };
}

function light<T extends ActualEpic | ActualIssue>(item: T): T {
  return { ...item, description: '' };
}

function reportOn(engagement: EngagementKey, known: Known, context: ReportContext): EngagementReport {
  return known.kind === 'decided'
    ? reportEngagement(known.assessment, known.found, context)
    : reportUnreadable(engagement, known, context);
}
