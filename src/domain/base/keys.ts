import { z } from 'zod';

/**
 * Keys that name things across crashes, renames and replicas. Their types are names for readers: what comes from outside
 * is checked where it is read, by {@link SowNumber} and {@link isStepKey}.
 */

/** The SOW number of an engagement, `SOW-1042`: what a reconcile is about, and the label on everything of it. */
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
