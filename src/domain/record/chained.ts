/** Another engagement of the same chain, a deal or a delivery, as far as this one shows it. */
import { z } from 'zod';
import { isStepKey } from '#domain/base/keys.ts';
import { WORKFLOW_STATES } from '#domain/base/labels.ts';
import { Done } from './done.ts';

/** Step of another engagement, with its issue. */
export const ChainedStep = z.object({
  key: z.string().refine(isStepKey),
  state: z.enum(WORKFLOW_STATES),
  /** Due date on the issue. */
  due: z.iso.date().nullable(),
  reference: z.string(),
  url: z.string(),
  done: Done.nullable(),
});
export type ChainedStep = Readonly<z.infer<typeof ChainedStep>>;

/** Another engagement: its epic, and steps of it. */
export const Chained = z.object({
  key: z.string(),
  process: z.string(),
  title: z.string(),
  /** `services&7` */
  reference: z.string(),
  url: z.string(),
  steps: z.array(ChainedStep).default([]),
});
export type Chained = Omit<Readonly<z.infer<typeof Chained>>, 'steps'> & {
  readonly steps: readonly ChainedStep[];
};
