/** Engagements that are given up: what that would close, who is asked, and when one is taken up again by itself. */
import { addCalendarDays } from '#domain/base/calendar.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { labelName } from '#domain/base/labels.ts';
import { counted, ended } from '#domain/base/sentence.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import { isRefused } from '#domain/proposals/memory.ts';
import { isSameProposal, type Proposal, type ProposalAnswer } from '#domain/proposals/proposal.ts';
import { isWithdrawn, type Rulings } from '#domain/rulings/rulings.ts';
import { type KeptSow, openOffers, SOURCE_KINDS } from '#domain/sow/history.ts';
import { isGivenUp } from '#domain/sow/stage.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import type { Assessment } from './step-status.ts';

/** Days within which an engagement whose deal is won again is taken up by itself. */
const TAKEN_UP_WITHIN_DAYS = 30;

/** Cause of a withdrawal that a manager wants, whatever the sources say. */
export const BY_MANAGER = 'manager';
/** Cause of the question whether to take an engagement up again that was given up long ago. */
export const WON_AGAIN = 'won-again';

/** Issues of an engagement, whatever step they are of. */
type Issues = ReadonlyMap<StepKey, ActualIssue>;

/**
 * Steps that end with the engagement, or have ended with it: the same before it is withdrawn, in the middle of that and
 * after. What is recorded as done is none of them.
 */
export function stepsGivenUp(
  { steps }: Pick<Assessment, 'steps'>,
  issues: Issues,
  settings: Pick<Settings, 'labels'>,
): readonly StepKey[] {
  const settled = new Set(steps.filter(({ settled }) => settled !== null).map(({ key }) => key));
  return [...issues].flatMap(([key, issue]) =>
    !settled.has(key) && (issue.state === 'opened' || wasGivenUp(issue, settings)) ? [key] : [],
  );
}

/** Whether an issue was closed because its engagement was withdrawn. */
export function wasGivenUp({ state, labels }: ActualIssue, settings: Pick<Settings, 'labels'>): boolean {
  return state === 'closed' && labels.includes(labelName('workflow', 'withdrawn', settings.labels));
}

/** Rulings with an engagement taken up again whose deal is won again soon enough; the same rulings for any other. */
export function afterWonAgain(rulings: Rulings, kept: KeptSow, today: string): Rulings {
  const { hold, holds } = rulings;
  if (hold === null || !isWonAgain(rulings, kept) || today > addCalendarDays(hold.on, TAKEN_UP_WITHIN_DAYS))
    return rulings;
  return { ...rulings, hold: null, holds: [...holds, { from: hold.on, to: today }] };
}

/** The source that said that the deal is lost no longer says so. An older word of it was refused before it came here. */
function isWonAgain({ hold }: Pick<Rulings, 'hold'>, kept: KeptSow): boolean {
  const cause = hold?.withdrawn?.cause;
  if (!SOURCE_KINDS.some((kind) => kind === cause)) return false;
  return !openOffers(kept).some(({ kind, reading }) => kind === cause && reading.kind === 'not-won');
}

/**
 * What people are asked about the end of an engagement, or about what ended it. What a source or the manager says comes
 * before what an answer in the evidence says: it is one question.
 */
export function withdrawalProposals(
  assessment: Assessment,
  issues: Issues,
  { kept, settings }: { readonly kept: KeptSow; readonly settings: Settings },
): readonly Proposal[] {
  const { rulings, engagement, closed } = assessment;
  if (closed) return [];
  const steps = stepsGivenUp(assessment, issues, settings);
  if (isWithdrawn(rulings)) return isWonAgain(rulings, kept) ? [takingUp(assessment, steps)] : [];
  const lost = openOffers(kept).flatMap(({ kind, reading }): readonly Proposal[] =>
    reading.kind === 'not-won' && isGivenUp(reading.stage)
      ? [
          withdrawing(kind, `The deal of ${engagement} is ${inlineText(endOf(reading))}`, {
            assessment,
            steps,
            why: [reading.stage, reading.reason ?? []].flat().join(': '),
            reason: `the deal is ${endOf(reading)}`,
          }),
        ]
      : [],
  );
  const { withdrawal } = rulings;
  if (withdrawal === null) return lost.length > 0 ? lost : declined(assessment, steps);
  const title = `${engagement} would be withdrawn, as \`${withdrawal.by}\` wants: ${inlineText(withdrawal.reason)}`;
  const { reason } = withdrawal;
  return [...lost, withdrawing(BY_MANAGER, title, { assessment, steps, why: reason, reason })];
}

/**
 * Why people are asked whether an engagement is given up, as half a sentence in plain text; nothing where nobody is asked,
 * or somebody has answered. @example `its source says that the deal is lost: No budget this year`
 *
 * @param answers given in this run
 */
export function endingAsked(
  { proposals }: Pick<Assessment, 'proposals'>,
  wanted: readonly Proposal[],
  answers: readonly ProposalAnswer[],
): Pick<Assessment, 'ending'> {
  const isAnswered = (one: Proposal): boolean =>
    answers.some((answer) => isSameProposal(answer, one)) ||
    proposals.some((known) => isSameProposal(known, one) && isRefused(known, one));
  const open = wanted.find((one) => one.kind === 'withdrawal' && one.cause !== WON_AGAIN && !isAnswered(one));
  if (open === undefined) return {};
  const { cause, reason = '' } = open;
  if (cause === BY_MANAGER) return { ending: `its manager wants to withdraw it: ${reason}` };
  return { ending: SOURCE_KINDS.some((kind) => kind === cause) ? `its source says that ${reason}` : reason };
}

/** Answers in the evidence with which the engagement is given up. Evidence of steps that have none is not read. */
function declined(assessment: Assessment, given: readonly StepKey[]): readonly Proposal[] {
  return assessment.steps.flatMap((status) =>
    status.step.done_when.evidence.flatMap(({ field, gives_up: answers = [] }) => {
      if (answers.length === 0) return [];
      const { key, step, evidence } = status;
      const value = evidence.find((reading) => reading.field === field)?.value ?? '';
      if (!answers.includes(value)) return [];
      const title = `${assessment.engagement} would be withdrawn: ${stepReference(key)} says "${inlineText(value)}"`;
      const reason = `${step.title}: ${value}`;
      return [withdrawing(key, title, { assessment, steps: given, why: reason, reason })];
    }),
  );
}

/** How a deal ended, with why, as far as the source says. @example `lost: No budget this year` */
function endOf({ stage, reason }: { readonly stage: string; readonly reason: string | null }): string {
  const end = stage === 'stale' ? 'without activity' : 'lost';
  return reason === null ? end : `${end}: ${reason}`;
}

function withdrawing(
  cause: string,
  title: string,
  {
    assessment,
    steps,
    why,
    reason,
  }: {
    readonly assessment: Assessment;
    readonly steps: readonly StepKey[];
    readonly why: string;
    readonly reason: string;
  },
): Proposal {
  return {
    kind: 'withdrawal',
    cause,
    title,
    lines: [
      `Withdrawing it would close ${counted(steps.length, 'issue')} with the label \`workflow::withdrawn\`, and this epic; what is done stays done, and nobody is reminded any more. \`/ps resume\` would take it up again as it is now.`,
      '',
      ...listOf(steps, assessment),
      '',
      ended(
        'Nothing else of what a source says now is taken over. `/ps hold <reason>` stops the work without closing anything',
      ),
    ],
    does: { why, closes: steps.toSorted() },
    // Whoever has said no goes on working, which leaves less to be closed.
    question: { why },
    reason,
    hindrance: null,
  };
}

function takingUp(assessment: Assessment, steps: readonly StepKey[]): Proposal {
  return {
    kind: 'withdrawal',
    cause: WON_AGAIN,
    title: `The deal of ${assessment.engagement} is won again, more than ${TAKEN_UP_WITHIN_DAYS} days after it was withdrawn`,
    lines: [
      `Taking it up again would open ${counted(steps.length, 'issue')} as it was; what is done stays done.`,
      '',
      ...listOf(steps, assessment),
    ],
    does: { opens: steps.toSorted() },
    hindrance: null,
  };
}

function listOf(steps: readonly StepKey[], assessment: Assessment): readonly string[] {
  const titles = new Map(assessment.steps.map(({ key, step }) => [key, step.title]));
  return steps.map((step) => `- ${stepReference(step)} ${titles.get(step) ?? ''}`.trimEnd());
}
