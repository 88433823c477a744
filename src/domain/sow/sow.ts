import { z } from 'zod';
import { isCalendarDate } from '#domain/base/calendar.ts';
import { DealKey, SowNumber } from '#domain/base/keys.ts';

/** A date of the Gregorian calendar, `2026-03-05`. Impossible dates (`2026-02-30`) are refused. */
export const CalendarDate = z.string().refine(isCalendarDate, {
  error: 'expected a date that exists, written YYYY-MM-DD, for example 2026-03-05',
});

export const Text = z
  .string()
  .trim()
  .min(1, 'expected some text; leave the field out when there is nothing to say')
  .max(20_000);
export const Name = z
  .string()
  .trim()
  .min(1, 'expected a name')
  .max(1_000_000)
  .transform((name) => name.slice(0, 300).trim());
export const Amount = z.number().min(0, 'expected an amount of 0 or more');

export const WebUrl = z
  .url({
    protocol: /^https?$/,
    error: 'expected a web address, for example https://crm.example.com/opportunity/1',
  })
  .max(2_000);
const Email = z.email('expected an e-mail address, for example ada@example.com').max(254);

export const Person = z.object({
  name: Name,
  email: Email.optional(),
  title: Text.optional(),
  /** GitLab username, without the `@`. */
  username: z
    .string()
    .regex(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,254}$/, 'expected a GitLab username without @, for example ada')
    .optional(),
});
export type Person = Readonly<z.infer<typeof Person>>;

const Deliverable = z.object({
  id: Text.optional(),
  title: Text,
  acceptance_criteria: Text.optional(),
  milestone: Text.optional(),
});
export type Deliverable = Readonly<z.infer<typeof Deliverable>>;

/** Who bought it. */
export const Customer = z.object({
  name: Name,
  region: Text.optional(),
  segment: Text.optional(),
  industry: Text.optional(),
});

export const Deployment = z.enum(['aws', 'on-prem', 'other', 'none']);

/** People on the customer's side beside the main contact. */
export const CustomerPeople = {
  signer: Person.optional(),
  champion: Person.optional(),
  technical: Person.optional(),
  admins: z.array(Person).max(50).optional(),
  stakeholders: z.array(Person).max(50).optional(),
};

/** People on our side. */
export const OurPeople = z.object({
  manager: Person.optional(),
  engineer: Person.optional(),
  account_manager: Person.optional(),
  customer_success: Person.optional(),
  engagement_manager: Person.optional(),
  project_manager: Person.optional(),
  finance: Person.optional(),
});

export const Links = z.object({
  drive: WebUrl.optional(),
  collaboration_project: WebUrl.optional(),
  scoping_issue: WebUrl.optional(),
  architecture: WebUrl.optional(),
  /** Where the calls with the customer take place; shown in the thread of every call. */
  call: WebUrl.optional(),
});

const ServiceLine = z.object({
  sku: Text.optional(),
  name: Text,
  quantity: Amount.optional(),
  hours: Amount.optional(),
  price: Amount.optional(),
});

/**
 * A statement of work: what was sold, to whom, and under which terms. The one input of an engagement.
 * The same shape in `sows/*.yml` and as JSON on `/webhooks/crm`. Unknown fields are dropped here and
 * warned about by {@link unknownFields}; amounts stay out of GitLab unless `show_amounts` says otherwise.
 */
export const Sow = z
  .object({
    sow: z.object({ number: SowNumber, signed_on: CalendarDate, url: WebUrl.optional() }),
    customer: Customer,
    /** What the engagement is called, for example "GitLab on AWS". */
    engagement: Name,
    /** In our words where it is one of them, see `stage.ts`. */
    stage: z.string().trim().min(1).max(100),
    closed_won_on: CalendarDate,
    type: z.enum(['t&m', 'fixed', 'sku']),
    deployment: Deployment,
    deliverables: z.array(Deliverable).min(1, 'expected at least one deliverable').max(200),
    contacts: z.object({
      customer: z.object({ main: Person, ...CustomerPeople }),
      ours: OurPeople.optional(),
    }),
    opportunity: z
      .object({ url: WebUrl.optional(), name: Text.optional(), amount: Amount.optional() })
      .optional(),
    billing: z
      .object({
        terms: Text.optional(),
        rate: Amount.optional(),
        price: Amount.optional(),
        currency: z
          .string()
          .regex(/^[A-Z]{3}$/, 'expected a currency code, for example EUR')
          .optional(),
      })
      .optional(),
    hours: z
      .object({
        scoped: Amount.optional(),
        consumed: Amount.optional(),
        /** The day that `consumed` is of; absent: the day on which it changed. */
        consumed_on: CalendarDate.optional(),
      })
      .optional(),
    dates: z
      .object({
        start: CalendarDate.optional(),
        end: CalendarDate.optional(),
        valid_until: CalendarDate.optional(),
      })
      .optional(),
    services: z.array(ServiceLine).max(200).optional(),
    assumptions: z.array(Text).max(200).optional(),
    out_of_scope: z.array(Text).max(200).optional(),
    success_criteria: z.array(Text).max(200).optional(),
    passive_acceptance: z
      .object({ in_sow: z.boolean(), days: z.number().int().min(1).max(90).optional() })
      .optional(),
    links: Links.optional(),
    /** What a deal has handed over with the SOW. Filled in by Procession. */
    handover: z
      .object({
        deal: DealKey.optional(),
        /** Who is booked softly, from when until when. */
        booked: Text.optional(),
        /** Open questions that delivery takes over. */
        questions: Text.optional(),
        /** Where notes, estimate and correspondence are. */
        material: WebUrl.optional(),
        /** The scheduling intake, or whatever the process hands over from. */
        from: WebUrl.optional(),
      })
      .optional(),
    security: z.object({ clearance: Text.optional(), data_class: Text.optional() }).optional(),
    expenses_allowed: z.boolean().optional(),
  })
  .superRefine((sow, context) => {
    const { start, end } = sow.dates ?? {};
    if (start !== undefined && end !== undefined && end < start)
      context.addIssue({
        code: 'custom',
        path: ['dates', 'end'],
        message: `expected a date on or after dates.start (${start}), got ${end}`,
      });
  });
/** A SOW has none of the fields that only a deal has. */
export type Sow = Readonly<z.infer<typeof Sow>> & {
  readonly deal?: undefined;
  readonly ask?: undefined;
  readonly statement?: undefined;
};

/** The fields that hold money. A condition on one would change its answer once the SOW is read back from the epic. */
export const AMOUNT_PATHS: readonly string[] = [
  'opportunity.amount',
  'billing.rate',
  'billing.price',
  'services.price',
];

/** Working days until silence counts as acceptance, when neither the process nor the SOW says. */
export const ACCEPTANCE_DAYS = 5;
