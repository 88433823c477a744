/** Pipelines that a trigger has made and whose intake did not succeed: what they brought is nowhere else. */
import { hoursBetween } from '#domain/base/calendar.ts';
import { keyNamedIn } from '#domain/sow/named-key.ts';
import { type EngagementCheck, type Finding, unjudged } from './check.ts';

/** What a trigger pipeline was given. */
export type Brought =
  | { readonly kind: 'sow'; readonly number: string | null }
  /** An event of GitLab only says where to look: every sweep looks there anyway. */
  | { readonly kind: 'event' }
  /** The token may not read what the pipeline was given. */
  | { readonly kind: 'unreadable' };

/** Pipeline that a trigger has made. */
export interface TriggerPipeline {
  readonly id: number;
  readonly url: string;
  /** In GitLab's words: `pending`, `canceled`. */
  readonly status: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** Trigger pipeline that has not taken in what it brought. */
export interface LostIntake extends TriggerPipeline {
  readonly brought: Brought;
}

/** How long GitLab may take to find a runner, or to let another writer finish, before that is told. */
const PATIENCE_HOURS = 1;
const ENDED: readonly string[] = ['failed', 'canceled', 'canceling', 'skipped', 'success'];

/**
 * Says whether a pipeline has to be looked at: it is over, or waits longer than an hour.
 *
 * @param now ISO 8601
 */
export function isOverdue({ status, createdAt }: TriggerPipeline, now: string): boolean {
  return ENDED.includes(status) || hoursBetween(createdAt, now) > PATIENCE_HOURS;
}

/**
 * Says whether the intake of a pipeline did not succeed, from its jobs. A pipeline without any job had a configuration
 * that GitLab refused; one whose jobs are all others was triggered for something else.
 *
 * @param intake name of the job that takes in: `procession:intake`
 */
export function isLost(
  jobs: readonly { readonly name: string; readonly status: string }[],
  intake: string,
): boolean {
  if (jobs.length === 0) return true;
  const ours = jobs.filter(({ name }) => name === intake);
  return ours.length > 0 && ours.every(({ status }) => status !== 'success');
}

/** Reads what a pipeline was given from its variables; `null`: they may not be read. Proves nothing about who sent it. */
export function broughtBy(
  variables: readonly { readonly key: string; readonly value: string }[] | null,
): Brought {
  if (variables === null) return { kind: 'unreadable' };
  const texts = ['TRIGGER_PAYLOAD', 'PROCESSION_DELIVERY'].flatMap((name) =>
    variables.flatMap(({ key, value }) => (key === name ? [fieldsOf(value)] : [])),
  );
  if (texts.some((fields) => 'object_kind' in fields || 'event_name' in fields)) return { kind: 'event' };
  const numbers = texts.flatMap(({ payload }) => keyNamedIn(fieldsOf(payload)) ?? []);
  return { kind: 'sow', number: numbers[0] ?? null };
}

function fieldsOf(text: unknown): Readonly<Record<string, unknown>> {
  if (typeof text !== 'string') return {};
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(text.trim());
  try {
    const value: unknown = JSON.parse(isBase64 ? decoded(text) : text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function decoded(base64: string): string {
  const bytes = Uint8Array.from(atob(base64.trim().replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
    letter.charCodeAt(0),
  );
  return new TextDecoder().decode(bytes);
}

/**
 * Findings about intakes that are lost. What was sent again and taken in by a later pipeline is no longer told.
 *
 * @param settled newest pipeline that took in a SOW, by the SOW's number
 */
export function lostIntakeChecks(
  lost: readonly LostIntake[],
  settled: ReadonlyMap<string, number>,
  { now, job }: { readonly now: string; readonly job: string },
): readonly EngagementCheck[] {
  return lost
    .filter(({ id, brought }) => {
      if (brought.kind !== 'sow' || brought.number === null) return brought.kind !== 'event';
      return id > (settled.get(brought.number) ?? 0);
    })
    .map((pipeline) => unjudged(`pipeline #${pipeline.id}`, pipeline.url, finding(pipeline, now, job)));
}

function finding({ id, url, status, createdAt, brought }: LostIntake, now: string, job: string): Finding {
  const isOver = ENDED.includes(status);
  const age = ageText(hoursBetween(createdAt, now));
  return {
    rule: 'intake-lost',
    message: isOver
      ? `What pipeline #${id} brought ${age} ago was never taken in: the pipeline is ${status === 'success' ? 'over' : status}`
      : `What pipeline #${id} brought ${age} ago is not taken in yet: the pipeline is ${status}`,
    missing: [broughtText(brought)],
    fix: [
      `Look at its log: ${url}`,
      `Let the sender send it again, or, within a day of its start, run its job ${job} again`,
      'If it was to bring nothing (a test, a forgery): delete the pipeline',
    ],
  };
}

function broughtText(brought: Brought): string {
  switch (brought.kind) {
    case 'sow':
      return brought.number === null ? 'what it brought names no SOW' : `it brought ${brought.number}`;
    case 'unreadable':
      return 'what it brought may not be read with this token';
    case 'event':
      return 'it brought an event of GitLab';
  }
}

/** `5 days`, `3 hours`, `20 minutes` */
function ageText(hours: number): string {
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  if (hours >= 2) return `${Math.round(hours)} hours`;
  const minutes = Math.round(hours * 60);
  return minutes <= 1 ? 'a minute' : `${minutes} minutes`;
}
