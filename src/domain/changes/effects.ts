/**
 * What a change does to a SOW, as people write it into the issue of a change request: a block of YAML with every scalar
 * read as text, so that `+80` stays what it says.
 */
import { z } from 'zod';
import { CalendarDate, Sow } from '#domain/sow/sow.ts';

const Words = z.string().trim().min(1, 'expected some text').max(20_000);
const Id = Words.max(100);

/** A sum of hours that may be below none, with a point for decimals. */
const HOURS = /^[+-]?\d{1,6}(?:\.\d{1,2})?$/;
const Quantity = z
  .string()
  .regex(/^\d{1,6}(?:\.\d{1,2})?$/, 'expected a number with a decimal point, for example 12.5');

const AddedDeliverable = z.strictObject({
  id: Id,
  title: Words,
  acceptance_criteria: Words.optional(),
  milestone: Words.optional(),
});
const AddedService = z.strictObject({
  name: Words,
  sku: Id.optional(),
  quantity: Quantity.optional(),
  hours: Quantity.optional(),
});

/** Effects of a change request. Published as `docs/change.schema.json`. */
export const Effects = z.strictObject({
  hours: z
    .string()
    .regex(HOURS, 'expected +80 (more), -20 (fewer) or 480 (in total), for example +80')
    .optional(),
  start: CalendarDate.optional(),
  end: CalendarDate.optional(),
  deliverables: z
    .strictObject({
      add: z.array(AddedDeliverable).max(200).default([]),
      drop: z.array(Id).max(200).default([]),
    })
    .optional(),
  deployment: Sow.shape.deployment.optional(),
  type: Sow.shape.type.optional(),
  services: z
    .strictObject({
      add: z.array(AddedService).max(200).default([]),
      drop: z.array(Id).max(200).default([]),
    })
    .optional(),
  /** Whether the price changes; how much stays in the CRM. */
  cost: z.enum(['yes', 'no'], 'expected yes or no; leave the amount to the CRM').optional(),
  passive_days: z
    .string()
    .regex(/^(?:[1-9]|[1-8]\d|90)$/, 'expected working days from 1 to 90, for example 10')
    .optional(),
});
export type Effects = Readonly<z.infer<typeof Effects>>;
