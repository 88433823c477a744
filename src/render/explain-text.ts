import type { Acceptance } from '#domain/assess/acceptance.ts';
import type { EvidenceReading } from '#domain/assess/evidence.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Explanation, StepExplanation } from '#domain/explain/explain.ts';
import { hoursText } from '#domain/hours/words.ts';
import type { ConditionCheck } from '#domain/process/condition.ts';
import { lateText } from './day-text.ts';
import { type Paint, visible } from './paint.ts';

/** The whole explanation, or that of one step alone. @param only key of that step */
export function explainText(explanation: Explanation, paint: Paint, only?: StepKey): string {
  const { engagement, process } = explanation;
  const steps = explanation.steps.filter(({ step }) => only === undefined || step === only);
  const profile = process.profile === null ? '' : `, profile ${process.profile}`;
  const head = paint('heading', `${engagement} · ${process.name} (${process.id}${profile})`);
  return [
    head,
    '',
    ...epicLines(explanation, paint),
    ...steps.flatMap((step) => ['', ...stepLines(step, paint)]),
  ].join('\n');
}

function epicLines(
  { epic, revisions, forecastEnd, criticalPath, hours, steps }: Explanation,
  paint: Paint,
): readonly string[] {
  const where = epic.url === null ? '' : ` ${paint('dim', epic.url)}`;
  return [
    `${paint('heading', 'Epic')}: ${epic.verdict}${where}`,
    ...epic.gates.map(
      (step) =>
        `  ${mark(step.done, paint)} closes when ${step.title} is done: ${step.state ?? 'not in this engagement'}`,
    ),
    ...epic.notices.map((notice) => `  ${paint('link', '!')} ${visible(notice)}.`),
    ...healthLines(epic, paint),
    ...endLines({ forecastEnd, criticalPath, steps }, paint),
    ...hoursLine(hours, paint),
    ...revisions.map((revision) => revisionLine(revision, paint)),
    ...epic.leftAlone.map(
      (reference) => `  ? ${reference} carries our marker but was made by somebody unknown: left alone`,
    ),
  ];
}

/** When it closes as things stand, and which steps decide that. */
function endLines(
  { forecastEnd, criticalPath, steps }: Pick<Explanation, 'forecastEnd' | 'criticalPath' | 'steps'>,
  paint: Paint,
): readonly string[] {
  if (forecastEnd === null || criticalPath.length === 0) return [];
  const titles = criticalPath.map((key) => steps.find(({ step }) => step === key)?.title ?? key);
  return [
    `  ${paint('dim', 'forecast')} the last closing step is done on ${forecastEnd}; decided by ${visible(titles.join(' → '))}`,
  ];
}

/** How the SOW came to be what it is. */
function revisionLine(
  { number, on, origin, by, fields }: Explanation['revisions'][number],
  paint: Paint,
): string {
  const source = origin.kind === 'crm' ? 'the CRM' : (origin.name ?? 'its file');
  const commit = origin.commit === null ? '' : ` at ${origin.commit.slice(0, 8)}`;
  const who = by === null ? '' : `, agreed to by ${by}`;
  return `  ${paint('dim', `SOW, revision ${number}`)} since ${on}, from ${visible(`${source}${commit}${who}: ${fields.join(', ')}`)}`;
}

function hoursLine(hours: Explanation['hours'], paint: Paint): readonly string[] {
  if (hours === null) return [];
  const end =
    hours.exhaustedOn === null
      ? ''
      : `; used up on ${hours.exhaustedOn} at the pace of the last 20 working days`;
  return [
    `  ${paint('dim', 'hours')} ${visible(hoursText({ ...hours, isStale: hours.stale, unbilled: 0 }))}${end}`,
  ];
}

const HEALTH_FROM = {
  facts: 'by the facts',
  command: 'by /ps health',
  hand: 'set by hand, and stays',
} as const;

function healthLines({ health }: Explanation['epic'], paint: Paint): readonly string[] {
  const other =
    health.by !== 'facts' && health.byFacts !== health.label
      ? `; by the facts it would be ${health.byFacts}`
      : '';
  return [
    `  ${paint('dim', 'health')} ${visible(health.label)} (${HEALTH_FROM[health.by]}${other})`,
    ...health.facts.map(({ text }) => `      ${visible(text)}`),
  ];
}

function stepLines(step: StepExplanation, paint: Paint): readonly string[] {
  const name = `${paint('heading', step.title)} ${paint('dim', `(${step.step})`)}`;
  const condition = conditionLines(step, paint);
  const changes = step.wouldChange.map((text) => `  ${paint('link', '→')} ${visible(text)}.`);
  if (!step.included) return [`${name}: not in this engagement`, ...condition, ...changes];
  return [
    `${name}: ${visible(step.verdict)}`,
    ...condition,
    ...issueLines(step, paint),
    ...step.predecessors.map(
      (before) =>
        `  ${mark(before.fulfilled, paint)} after ${before.title} is ${before.until}: ${before.state}`,
    ),
    ...checklistLines(step, paint),
    ...ruledLines(step, paint),
    ...step.evidence.map(
      (reading) => `  ${mark(reading.problem === null, paint)} evidence ${evidenceText(reading)}`,
    ),
    ...reminderLines(step, paint),
    ...changes,
  ];
}

const STAGES = {
  turn: 'told that it is its turn',
  before: 'before the due date',
  late: 'after the due date',
  escalated: 'to the manager too',
  acceptance: 'before silence counts',
  accepted: 'silence counts',
} as const;

function reminderLines(
  { reminders: { last, next } }: Extract<StepExplanation, { included: true }>,
  paint: Paint,
): readonly string[] {
  const parts = [
    ...(last === null ? [] : [`last on ${last.on} (${STAGES[last.stage]})`]),
    ...(next === null ? [] : [`next on ${next.on} (${STAGES[next.stage]}) if nothing happens`]),
  ];
  return parts.length === 0 ? [] : [`  ${paint('dim', 'reminders')} ${parts.join(', ')}`];
}

function conditionLines({ condition }: StepExplanation, paint: Paint): readonly string[] {
  if (condition === null) return [];
  return condition.checks.map((check) => `  ${mark(check.holds, paint)} only when ${checkText(check)}`);
}

function checkText({ path, expected, seen }: ConditionCheck): string {
  return visible(`${path} is ${expected}: the SOW has ${seen}`);
}

function issueLines(step: Extract<StepExplanation, { included: true }>, paint: Paint): readonly string[] {
  const { issue, label, owners, role, due } = step;
  const owner = owners.length === 0 ? 'nobody yet' : owners.join(', ');
  const facts = `  ${paint('dim', 'owner')} ${visible(owner)} (role ${role})   ${paint('dim', 'due')} ${due.date ?? 'none'} (${due.why})${due.late === null ? '' : paint('bad', `  ${lateText(due.late.days)} since ${due.late.since}`)}`;
  const moved =
    step.forecast === null || due.date === null || step.forecast <= due.date
      ? []
      : [`  ${paint('dim', 'forecast')} ${step.forecast}: ${visible(step.forecastReason ?? '')}`];
  const early = due.beforeItsTurn.map(
    ({ title, due: date }) =>
      `  ${paint('change', '!')} due before what it waits for: ${visible(title)}, due ${date}. One of the dates cannot be kept: move it with /ps due`,
  );
  if (issue === null) return [facts, ...moved, ...early];
  const closed =
    issue.state === 'closed' ? `closed${issue.closedBy === null ? '' : ` by ${issue.closedBy}`}` : 'open';
  const now = label.now.length === 0 ? 'none' : label.now.join(' and ');
  const same = label.now.length === 1 && label.now[0] === label.byFacts;
  return [
    `  ${paint('dim', 'issue')} ${issue.reference} ${closed}   ${paint('dim', 'label')} ${visible(now)}${same ? '' : `, by the facts ${label.byFacts}`}`,
    facts,
    ...moved,
    ...early,
  ];
}

function checklistLines(
  { checklist, issue }: Extract<StepExplanation, { included: true }>,
  paint: Paint,
): readonly string[] {
  if (issue === null || checklist.items.length === 0) return [];
  const needed = checklist.items.filter(({ optional }) => !optional);
  const open = needed.filter(({ done }) => !done);
  const note = checklist.required ? '' : ' (not required)';
  return [
    `  ${mark(open.length === 0 || !checklist.required, paint)} checklist ${needed.length - open.length} of ${needed.length} ticked${note}`,
    ...open.map(({ text }) => `      ${paint('dim', '[ ]')} ${visible(text)}`),
  ];
}

/** Gates beyond list and evidence, and what people have ruled. */
function ruledLines(step: Extract<StepExplanation, { included: true }>, paint: Paint): readonly string[] {
  const { waiver, acceptance } = step;
  return [
    ...step.gates.map(
      ({ wanted, seen, problem }) =>
        `  ${mark(problem === null, paint)} ${visible(wanted)}: ${visible(seen)}`,
    ),
    ...(acceptance === null
      ? []
      : [
          `  ${mark(acceptance.reached, paint)} accepted by silence after ${acceptance.lastDay} (sent ${acceptance.sentOn}, ${acceptance.workingDays} working days; ${warningText(acceptance)})`,
        ]),
    ...(waiver === null
      ? []
      : [
          `  ${paint('link', '➖')} ${waiver.skip ? 'skipped' : 'waived'} by ${visible(waiver.by)} on ${waiver.on}: ${visible(waiver.reason)}`,
        ]),
  ];
}

function warningText({ odd, warnedOn }: Acceptance): string {
  if (odd !== null) return `not counted: ${odd}`;
  return warnedOn === null ? 'nobody warned yet' : `warned on ${warnedOn}`;
}

function evidenceText({ field, problem, value }: EvidenceReading): string {
  const seen = value === null ? 'empty' : visible(value);
  const wrong = problem === null || problem === 'missing' ? '' : ` (${problem.replaceAll('-', ' ')})`;
  return `${field}: ${seen}${wrong}`;
}

function mark(good: boolean, paint: Paint): string {
  return good ? paint('good', '✓') : paint('bad', '✗');
}
