import { type ApprovalSeen, approvalsSeen } from '#domain/assess/approvals.ts';
import { isConfidential, openly } from '#domain/assess/audience.ts';
import { changeSeen } from '#domain/assess/change-seen.ts';
import { healthOf } from '#domain/assess/health.ts';
import { accompanies, latenessOf } from '#domain/assess/lateness.ts';
import { assigneesOf, dueOf, openTurns } from '#domain/assess/outlook.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { daysBetween, localDate } from '#domain/base/calendar.ts';
import { compareText } from '#domain/base/compare-text.ts';
import { type EngagementKey, subjectOf } from '#domain/base/keys.ts';
import { HEALTH_STATES, type HealthState, labelValues } from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import { forecastOf } from '#domain/dates/dated-steps.ts';
import type { Forecast } from '#domain/dates/forecast.ts';
import type { ActualEpic } from '#domain/engagement/state.ts';
import { checkEngagement, type Finding, noticesOf } from '#domain/explain/check.ts';
import { hoursSeen } from '#domain/hours/seen.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import { personInRole } from '#domain/rulings/people.ts';
import { nameOf } from '#domain/sow/subject.ts';
import { plainText } from '#domain/text/foreign-text.ts';
import { type BlockContext, blockContext } from '#domain/texts/block-context.ts';
import { occurrenceDays, occurrencesSeen } from '#domain/texts/tracker-lines.ts';
import type {
  EngagementReport,
  ReportedFinding,
  ReportedStep,
  ReportedWaiver,
  Turn,
  Waited,
} from './engagement-report.ts';
import { relatedOf, reportDeal } from './report-deal.ts';
import { turnSince } from './turn-since.ts';

/** Settings, and the moment of the report (ISO 8601, UTC). */
export interface ReportContext {
  readonly settings: Settings;
  readonly at: string;
}

/** What a report takes of who is who in an engagement. */
export type ReportedFound = Pick<Identified, 'epic' | 'memory' | 'restored'> & {
  /** Its history is read of a deal alone. */
  readonly record: Pick<EngagementRecord, 'history'> | null;
};

/** Reports on an engagement from its assessment. Tells no amounts, and of a confidential issue only the state. */
export function reportEngagement(
  everything: Assessment,
  found: ReportedFound,
  context: ReportContext,
): EngagementReport {
  const assessment = openly(everything);
  const { sow, process, engagement, closed, completed, withdrawn } = assessment;
  const blocks = blockContext(assessment, context.settings);
  const forecast = forecastOf(blocks);
  const deal = reportDeal(everything, found.record?.history ?? null);
  const steps = assessment.steps.map((status) => reportStep(status, { blocks, forecast, context }));
  const waited = mainTurns(assessment);
  const turns = waited.map(({ key }) => key);
  const elsewhere = new Set(waited.flatMap((status) => (status.elsewhere === null ? [] : [status.key])));
  const closedAt = closed ? (found.epic?.closedAt ?? null) : null;
  const closedOn = closedAt === null ? null : localDate(closedAt, context.settings.calendar);
  return {
    engagement,
    subject: subjectOf(engagement),
    deal,
    related: [...relatedOf(everything)],
    status: closed ? 'complete' : withdrawn ? 'withdrawn' : 'running',
    paused: !withdrawn && (found.memory.paused || assessment.rulings.hold !== null),
    hold: withdrawn ? null : holdOf(assessment),
    withdrawn: withdrawn ? holdOf(assessment) : null,
    customer: plainText(sow.customer.name, 200),
    name: plainText(nameOf(sow), 200),
    process: { id: process.id, name: process.name, profile: process.profile },
    ...epicFacts(found.epic),
    health: found.epic === null || withdrawn ? null : knownHealth(healthOf(blocks, found.epic).label),
    closedWonOn: sow.closed_won_on ?? null,
    closedOn,
    completedOn: closedOn,
    money: !closed || completed === null ? null : completed ? 'completed' : 'open',
    lastChangeAt: lastChange(assessment, found.epic),
    done: steps.filter(isOver).length,
    total: steps.length,
    waitingFor: steps
      .filter(({ step }) => turns.includes(step))
      .map((step) => turnOf(step, elsewhere.has(step.step))),
    nextDue: withdrawn ? null : nextDue(assessment, blocks),
    late: withdrawn ? [] : late(assessment, blocks, turns),
    forecastEnd: withdrawn ? null : forecast.end,
    criticalPath: withdrawn ? [] : [...forecast.criticalPath],
    hours: hoursSeen(assessment.hours.reading),
    revision: assessment.revision,
    violations: findings(assessment, found),
    notices: noticesOf(assessment).map((notice) => plainText(notice, 500)),
    waivers: waivers(assessment),
    steps,
    notIncluded: assessment.excluded.map(({ step, why }) => ({
      step: step.id,
      title: step.title,
      why: plainText(why, 300),
    })),
  };
}

/** Reports on an engagement of which nothing is known but that something is wrong. */
export function reportUnreadable(
  engagement: EngagementKey,
  input: { readonly epic: ActualEpic | null; readonly paused: boolean; readonly finding: Finding },
  context: ReportContext,
): EngagementReport {
  const { epic, paused, finding } = input;
  const facts = epicFacts(epic);
  return {
    engagement,
    subject: subjectOf(engagement),
    deal: null,
    related: [],
    status: 'unreadable',
    paused,
    hold: null,
    withdrawn: null,
    customer: null,
    name: epic === null ? null : plainText(epic.title, 200),
    process: null,
    ...facts,
    health: labelledHealth(epic, context.settings),
    closedWonOn: null,
    closedOn: null,
    completedOn: null,
    money: null,
    lastChangeAt: epic?.updatedAt ?? null,
    done: 0,
    total: 0,
    waitingFor: [],
    nextDue: null,
    late: [],
    forecastEnd: null,
    criticalPath: [],
    hours: null,
    revision: null,
    violations: [{ step: null, title: null, ...finding, url: facts.url }].map(plainFinding),
    notices: [],
    waivers: [],
    steps: [],
    notIncluded: [],
  };
}

function epicFacts(epic: ActualEpic | null): Pick<EngagementReport, 'reference' | 'url'> {
  return { reference: epic?.reference ?? null, url: epic?.url ?? null };
}

function knownHealth(value: string): HealthState | null {
  return HEALTH_STATES.find((state) => state === value) ?? null;
}

/** The health that the epic's label says; with several labels (possible on Free) none counts. */
function labelledHealth(epic: ActualEpic | null, { labels }: Settings): HealthState | null {
  const values = labelValues(epic?.labels ?? [], 'health', labels);
  const known = HEALTH_STATES.filter((state) => values.includes(state));
  return known.length === 1 ? (known[0] ?? null) : null;
}

/** What runs alongside is everybody's turn for months: it is waited for only when nothing else is. */
function mainTurns(assessment: Assessment): readonly StepStatus[] {
  const open = openTurns(assessment);
  const turns = assessment.closed ? open.filter(({ step }) => step.after_close === true) : open;
  const main = turns.filter(({ step }) => step.until === undefined);
  return main.length > 0 ? main : turns;
}

function reportStep(
  status: StepStatus,
  {
    blocks,
    forecast,
    context,
  }: { readonly blocks: BlockContext; readonly forecast: Forecast; readonly context: ReportContext },
): ReportedStep {
  const { assessment } = blocks;
  const { step, issue } = status;
  const due = dueOf(status, blocks);
  const over = status.done || status.state === 'waived';
  const counted = occurrencesSeen(status.key, blocks);
  const days = occurrenceDays(status.key, blocks) ?? [];
  const lacking = days.filter(({ fate }) => fate === 'no minutes').length;
  return {
    step: status.key,
    title: plainText(step.title, 200),
    role: step.owner,
    who: whoOf(status, blocks),
    state: status.state,
    alongside: step.until !== undefined,
    after: [...status.after],
    waitsFor: status.waitsFor.map(({ step, until }) => ({ step, title: titleOf(step, assessment), until })),
    since: turnSince(status, assessment, context),
    due,
    daysLate: latenessOf(status, blocks)?.days ?? 0,
    forecast: forecast.steps.get(status.key)?.forecast ?? null,
    cannotBeHeld: forecast.steps.get(status.key)?.cannotBeHeld ?? false,
    doneOn: over && issue?.closedAt ? localDate(issue.closedAt, context.settings.calendar) : null,
    ...(status.approvals.length === 0
      ? {}
      : { approvals: approvalsSeen(status.approvals).map(plainApproval) }),
    ...(counted === null ? {} : { occurrences: { ...counted, lacking, days: [...days] } }),
    ...(status.change === null ? {} : { change: changeSeen(status, status.change) }),
    reference: issue?.reference ?? null,
    url: issue?.url ?? null,
  };
}

function plainApproval({ waived, ...approval }: ApprovalSeen): ApprovalSeen {
  return { ...approval, waived: waived === null ? null : plainText(waived, 500) };
}

function titleOf(step: string, { steps }: Assessment): string {
  return plainText(steps.find(({ key }) => key === step)?.step.title ?? step, 200);
}

function whoOf(status: StepStatus, blocks: BlockContext): Waited[] {
  const others = (status.elsewhere ?? []).map(({ engagement }) => engagement);
  if (others.length > 0) return others.map((name) => ({ kind: 'engagement', name: plainText(name, 100) }));
  const users = assigneesOf(status, blocks);
  if (users.length > 0) return users.map((name) => ({ kind: 'user', name }));
  const { name } = personInRole(status.step.owner, blocks.assessment, blocks.settings);
  if (name === null) return [{ kind: 'role', name: status.step.owner }];
  return [{ kind: 'name', name: plainText(name, 100) }];
}

/** @param isElsewhere another engagement has its issue: nobody outside is waited for */
function turnOf(
  { step, title, who, state, since, due, daysLate, reference, url }: ReportedStep,
  isElsewhere: boolean,
): Turn {
  return {
    step,
    title,
    who,
    state,
    outside: state === 'waiting' && !isElsewhere,
    since,
    due,
    daysLate,
    reference,
    url,
  };
}

function isOver({ state }: ReportedStep): boolean {
  return state === 'done' || state === 'waived';
}

/** The date that comes next of what somebody has to finish. */
function nextDue({ steps, today }: Assessment, blocks: BlockContext): EngagementReport['nextDue'] {
  const coming = steps.flatMap((status) => {
    const date = dueOf(status, blocks);
    const counts = !status.done && !accompanies(status.step) && date !== null && date >= today;
    return counts ? [{ status, date }] : [];
  });
  const [next] = coming.toSorted((a, b) => compareText(a.date, b.date));
  if (next === undefined) return null;
  const { status, date } = next;
  const inDays = daysBetween(today, date);
  return { step: status.key, title: plainText(status.step.title, 200), date, inDays };
}

function late(
  { steps }: Assessment,
  blocks: BlockContext,
  turns: readonly string[],
): EngagementReport['late'] {
  return steps
    .flatMap((status) => {
      const lateness = latenessOf(status, blocks);
      if (lateness === null) return [];
      const { key, step } = status;
      const { due, days: daysLate } = lateness;
      return [{ step: key, title: plainText(step.title, 200), due, daysLate, turn: turns.includes(key) }];
    })
    .toSorted((a, b) => b.daysLate - a.daysLate);
}

function lastChange({ steps }: Assessment, epic: ActualEpic | null): string | null {
  const changes = [epic?.updatedAt, ...steps.map(({ issue }) => issue?.updatedAt)].filter(
    (at) => at !== undefined,
  );
  return changes.toSorted(compareText).at(-1) ?? null;
}

function findings(assessment: Assessment, found: Pick<Identified, 'epic' | 'restored'>): ReportedFinding[] {
  const check = checkEngagement(assessment, found);
  const secret = new Set(
    assessment.steps.filter((status) => isConfidential(status, assessment)).map(({ key }) => key),
  );
  return [
    ...check.findings.map((finding) => ({ step: null, title: null, ...finding, url: check.url })),
    ...check.steps.flatMap(({ step, title, url, findings }) =>
      findings.map((finding) => ({ step, title, ...(secret.has(step) ? withheld(finding) : finding), url })),
    ),
  ].map(plainFinding);
}

/** Whoever may read the report may not be one who may read the issue. */
function withheld(finding: Finding): Finding {
  return { ...finding, missing: [], fix: ['See its issue, which is confidential'] };
}

function plainFinding(finding: Omit<ReportedFinding, 'missing' | 'fix'> & Finding): ReportedFinding {
  return {
    ...finding,
    message: plainText(finding.message, 300),
    missing: finding.missing.map((text) => plainText(text, 300)),
    fix: finding.fix.map((text) => plainText(text, 300)),
  };
}

/** Of steps that are done under a waiver, or may be, and of single approvals that are done without. */
function waivers(assessment: Assessment): ReportedWaiver[] {
  return [...stepWaivers(assessment), ...approvalWaivers(assessment)];
}

function approvalWaivers({ steps }: Assessment): ReportedWaiver[] {
  return steps.flatMap(({ key, step, approvals }) =>
    approvals.flatMap(({ rule, waiver }): ReportedWaiver[] => {
      if (waiver === null) return [];
      const { by, on, waived = '' } = waiver;
      const title = plainText(step.title, 200);
      return [{ step: key, title, by, on, reason: plainText(waived, 500), approval: rule.role }];
    }),
  );
}

function stepWaivers({ steps }: Assessment): ReportedWaiver[] {
  return steps.flatMap(({ key, step, state, waiver }) =>
    waiver === null && state !== 'waived'
      ? []
      : [
          {
            step: key,
            title: plainText(step.title, 200),
            by: waiver?.by ?? null,
            on: waiver?.on ?? null,
            reason: waiver === null ? null : plainText(waiver.reason, 500),
          },
        ],
  );
}

function holdOf({ rulings: { hold } }: Assessment): EngagementReport['hold'] {
  return hold === null ? null : { by: hold.by, on: hold.on, reason: plainText(hold.reason, 500) };
}
