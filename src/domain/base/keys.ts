import { z } from 'zod';

/**
 * Keys that name things across crashes, renames and replicas. Their types are names for readers: what comes from outside
 * is checked where it is read, by {@link isEngagementKey} and {@link isStepKey}.
 */

/** What an engagement is about. */
export const SUBJECTS = ['sow', 'deal'] as const;
export type SubjectKind = (typeof SUBJECTS)[number];

/**
 * The number of an engagement's SOW, `SOW-1042`, or the key of its deal, `DEAL-88121`: what a reconcile is about, and the
 * label on everything of it. Its beginning says what the engagement is about, so that no two can collide.
 */
export type EngagementKey = string;

/**
 * One step of one engagement. Once-only steps are named by their step id (`kick-off`); an instance of a
 * recurring or on-demand step carries its instance after a slash (`change-request/2`, `project-calls/2026-w12`).
 */
export type StepKey = string;

/** The step id inside a key: `change-request/2` → `change-request`. */
export function stepIdOf(key: StepKey): string {
  return key.split('/', 1)[0] ?? key;
}

/** Whether a text can be a step key: lower-case words with dashes, optionally `/` and an instance. */
export function isStepKey(text: string): boolean {
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*(\/[a-z0-9][a-z0-9-]{0,40})?$/.test(text);
}

/**
 * The number of a SOW, equal to its GitLab label: `SOW-1042`. It is the engagement's key everywhere.
 * Letters, digits, dots and dashes, so that it is safe in labels, file names, URLs and markers.
 */
export const SowNumber = z
  .string()
  .regex(/^SOW-[A-Za-z0-9][A-Za-z0-9.-]{0,40}$/, 'expected SOW- and a number, for example SOW-1042');

/** The key of a deal, equal to its GitLab label: `DEAL-` and the number of its opportunity in the CRM. */
export const DealKey = z
  .string()
  .regex(
    /^DEAL-[A-Za-z0-9][A-Za-z0-9.-]{0,40}$/,
    'expected DEAL- and the number of the opportunity, for example DEAL-88121',
  );

/** {@link EngagementKey}, in data from outside. */
export const EngagementKeyText = z.union([SowNumber, DealKey]);

/** Whether a text can be the key of an engagement. */
export function isEngagementKey(text: unknown): text is EngagementKey {
  return typeof text === 'string' && /^(?:SOW|DEAL)-[A-Za-z0-9][A-Za-z0-9.-]{0,40}$/.test(text);
}

/** What the engagement with this key is about. @example subjectOf('DEAL-88121') // deal */
export function subjectOf(key: EngagementKey): SubjectKind {
  return key.startsWith('DEAL-') ? 'deal' : 'sow';
}
