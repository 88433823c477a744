import { z } from 'zod';
import { isInstant } from '#domain/base/calendar.ts';
import { DealKey, SowNumber } from '#domain/base/keys.ts';
import {
  Amount,
  CalendarDate,
  Customer,
  CustomerPeople,
  Deployment,
  Links,
  Name,
  OurPeople,
  Person,
  Sow,
  Text,
  WebUrl,
} from './sow.ts';

/** The SOWs that came of a deal: the first, and others where one deal was sold in several. */
const DealSows = z.object({
  number: SowNumber,
  others: z.array(SowNumber).max(20).optional(),
  signed_on: CalendarDate.optional(),
  url: WebUrl.optional(),
});

const NO_INSTANT = 'expected a moment with its time zone, for example 2026-11-25T09:00:00Z';
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** What is known of the SOW while it is being written: fields of a SOW that a deal does not have itself. */
const Statement = z
  .object({
    engagement: Sow.shape.engagement,
    type: Sow.shape.type,
    deliverables: Sow.shape.deliverables,
    closed_won_on: Sow.shape.closed_won_on,
    hours: Sow.shape.hours,
    dates: Sow.shape.dates,
    services: Sow.shape.services,
    billing: Sow.shape.billing,
    assumptions: Sow.shape.assumptions,
    out_of_scope: Sow.shape.out_of_scope,
    success_criteria: Sow.shape.success_criteria,
    passive_acceptance: Sow.shape.passive_acceptance,
    security: Sow.shape.security,
    expenses_allowed: Sow.shape.expenses_allowed,
  })
  .partial();

/** Where a field of a SOW stands in a deal. @example `type` → `statement.type`, `sow.number` → `sow.number` */
export function pathInDeal(path: string): string {
  const [first = ''] = path.split(/[.[]/);
  return Object.hasOwn(Statement.shape, first) ? `statement.${path}` : path;
}

/**
 * A deal: what somebody may buy, as the CRM has it before there is a SOW. The same shape in `deals/*.yml` and as JSON on
 * `/webhooks/crm`. Where SOW and deal know the same thing they have the same field.
 */
export const Deal = z
  .object({
    deal: z.object({
      key: DealKey,
      /** The opportunity in the CRM. */
      url: WebUrl,
      name: Name,
      /** In our words where it is one of them, see `deal-stage.ts`. */
      stage: z.string().trim().min(1).max(100),
      /** Why it is lost or stale, as the CRM has it. */
      lost_reason: z.string().trim().min(1).max(500).optional(),
      opened_on: CalendarDate,
      expected_close: CalendarDate.optional(),
      amount: Amount.optional(),
      /** When the CRM changed it last: what is older than what is known changes nothing, in whatever order it comes. */
      changed_at: z
        .string()
        .regex(INSTANT, { error: NO_INSTANT, abort: true })
        .refine(isInstant, NO_INSTANT)
        .optional(),
      /**
       * Whether `amount` reaches `deals.large_from` of the settings. Filled in by Procession, so that conditions can ask
       * for it and GitLab knows no number.
       */
      large: z.boolean().optional(),
    }),
    customer: Customer,
    /** What the customer wants, in their words. */
    ask: Text,
    contacts: z
      .object({
        customer: z.object({ main: Person.optional(), ...CustomerPeople }).optional(),
        ours: OurPeople.optional(),
      })
      .optional(),
    deployment: Deployment.optional(),
    /** The rough estimate. */
    hours: z.object({ low: Amount.optional(), high: Amount.optional() }).optional(),
    links: Links.optional(),
    sow: DealSows.optional(),
    statement: Statement.optional(),
  })
  .superRefine(({ deal, hours }, context) => {
    const { low, high } = hours ?? {};
    if (low !== undefined && high !== undefined && high < low)
      context.addIssue({
        code: 'custom',
        path: ['hours', 'high'],
        message: `expected as many hours as hours.low (${low}) or more, got ${high}`,
      });
    const { opened_on: opened, expected_close: close } = deal;
    if (close !== undefined && close < opened)
      context.addIssue({
        code: 'custom',
        path: ['deal', 'expected_close'],
        message: `expected a date on or after deal.opened_on (${opened}), got ${close}`,
      });
  });
type DealFields = Readonly<z.infer<typeof Deal>>;
/** A deal has none of the fields that only a SOW has. */
export type Deal = Omit<DealFields, 'hours'> & {
  readonly [Field in Exclude<keyof Sow, keyof DealFields>]?: undefined;
} & {
  readonly hours?:
    | (DealFields['hours'] & {
        readonly [Field in keyof NonNullable<Sow['hours']>]?: undefined;
      })
    | undefined;
};

/** The fields of a deal that hold money. */
export const DEAL_AMOUNT_PATHS: readonly string[] = [
  'deal.amount',
  'statement.billing.rate',
  'statement.billing.price',
  'statement.services.price',
];

/** Numbers of the SOWs that came of a deal, the first one first; empty as long as there is none. */
export function sowsOf({ sow }: Pick<Deal, 'sow'>): readonly string[] {
  return sow === undefined ? [] : [...new Set([sow.number, ...(sow.others ?? [])])];
}
