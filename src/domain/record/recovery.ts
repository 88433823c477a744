/**
 * What can be found again when the record in a description is lost or was altered: the copy says what was sold and ruled;
 * labels say which issue is which step and what was done, proven by who set them.
 */
import { type Calendar, localDate } from '#domain/base/calendar.ts';
import { isStepKey, type StepKey, stepIdOf } from '#domain/base/keys.ts';
import { type LabelRenames, labelName } from '#domain/base/labels.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { LabelEvent } from '#domain/rulings/label-approval.ts';
import { parseMarker } from '#domain/text/marker.ts';
import type { Done } from './done.ts';
import { asideIssues } from './migrated.ts';
import type { EngagementRecord } from './record.ts';

/** An issue that may be a step, with who set and took off which label, oldest first. */
export interface Candidate {
  readonly issue: ActualIssue;
  readonly events: readonly LabelEvent[];
}

/** How labels are read. */
export interface LabelReading {
  /** Users that are Procession: the token's and earlier ones. */
  readonly own: ReadonlySet<number>;
  readonly renames: LabelRenames;
  readonly calendar: Calendar;
}

/**
 * The whole record from its copy: steps and what is done are found again. Nothing is judged again: an issue that is closed
 * and that Procession itself labelled done or waived is done as it stands.
 */
export function recovered(
  copy: EngagementRecord,
  candidates: readonly Candidate[],
  reading: LabelReading,
): EngagementRecord {
  const issues = new Map<StepKey, number>();
  const done = new Map<StepKey, Done>();
  const aside = asideIssues(copy.migrated);
  for (const candidate of candidates.toSorted((a, b) => a.issue.id - b.issue.id)) {
    const step = stepOf(candidate, copy.key, reading);
    if (step === null || issues.has(step) || aside.has(candidate.issue.id)) continue;
    issues.set(step, candidate.issue.id);
    const end = endOf(candidate, reading);
    if (end !== null) done.set(step, end);
  }
  return { ...copy, memory: { ...copy.memory, issues }, done };
}

/**
 * An unsealed record as people take it over: what it says counts, and what is closed and labelled done or waived is done as
 * it stands.
 */
export function takenOver(
  record: EngagementRecord,
  issues: readonly ActualIssue[],
  { renames, calendar }: Pick<LabelReading, 'renames' | 'calendar'>,
): EngagementRecord {
  const stepById = new Map([...record.memory.issues].map(([step, id]) => [id, step]));
  const found = issues.flatMap((issue): [StepKey, Done][] => {
    const step = stepById.get(issue.id);
    const isOver = (state: 'done' | 'waived'): boolean =>
      issue.labels.includes(labelName('workflow', state, renames));
    if (step === undefined || issue.state !== 'closed' || issue.closedAt === null) return [];
    if (!isOver('done') && !isOver('waived')) return [];
    const by = issue.closedBy?.username ?? null;
    const on = localDate(issue.closedAt, calendar);
    return [[step, { on, by, how: isOver('waived') ? 'waiver' : 'found' }]];
  });
  return { ...record, done: new Map([...found, ...record.done]) };
}

/**
 * The step that an issue of ours stands for: named by the last step label that we set, because a migration renames steps;
 * which of several issues of one step it is, its marker says. What people write into the issue changes neither.
 */
export function stepOf(
  { issue, events }: Candidate,
  engagement: string,
  { own, renames }: Pick<LabelReading, 'own' | 'renames'>,
): StepKey | null {
  if (!own.has(issue.author.id)) return null;
  const ours = events.filter(({ user, action }) => action === 'add' && user !== null && own.has(user.id));
  if (!ours.some(({ label }) => label === engagement)) return null;
  const prefix = labelName('step', '', renames);
  const named = ours.findLast(({ label }) => label?.startsWith(prefix) === true)?.label;
  const id = named?.slice(prefix.length) ?? '';
  if (!isStepKey(id)) return null;
  const marked = parseMarker(issue.description);
  const isInstance =
    marked?.engagement === engagement && marked.step !== null && stepIdOf(marked.step) === id;
  return isInstance ? marked.step : id;
}

function endOf({ issue, events }: Candidate, { own, renames, calendar }: LabelReading): Done | null {
  if (issue.state !== 'closed' || issue.closedAt === null) return null;
  const last = (['done', 'waived'] as const).flatMap((state) => {
    const label = labelName('workflow', state, renames);
    const event = events.findLast((one) => one.label === label);
    const isOurs = event?.action === 'add' && event.user !== null && own.has(event.user.id);
    return isOurs && issue.labels.includes(label) ? [state] : [];
  });
  if (last.length === 0) return null;
  const how = last.includes('waived') ? 'waiver' : 'found';
  return { on: localDate(issue.closedAt, calendar), by: issue.closedBy?.username ?? null, how };
}
