import { z } from 'zod';
import { DEFAULT_CALENDAR, isCalendarDate, isTimeZone, WEEKDAYS } from '#domain/base/calendar.ts';
import { COMMAND_NAMES } from '#domain/base/commands.ts';
import { Condition } from '#domain/base/condition-shape.ts';
import { LABEL_SCOPES, type LabelScope } from '#domain/base/labels.ts';
import {
  AMENDMENT_MODES,
  DEFAULT_HOURS,
  DEFAULT_MOVE_DATES,
  DEFAULT_POLICY,
  DEFAULT_REMINDERS,
  MOVE_DATES,
  POLICY_MODES,
} from '#domain/base/settings.ts';
import { DEAL_STAGES } from '#domain/sow/deal-stage.ts';
import { ChangeKindsSetting } from './change-kinds.ts';
import { DealsSetting } from './deals-setting.ts';
import { gitlabPath } from './gitlab-path.ts';
import { Id } from './id.ts';

const Username = z
  .string()
  .regex(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,254}$/, 'expected a GitLab username without @, for example ada');

const CalendarDate = z
  .string()
  .refine(isCalendarDate, 'expected a date that exists, written YYYY-MM-DD, for example 2026-12-25');

const Time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of the day, written HH:MM, for example 09:00');

const WorkingDays = z.number().int().min(0).max(400);

const reminders = z
  .strictObject({
    enabled: z.boolean().default(DEFAULT_REMINDERS.enabled).describe('`false`: nobody is reminded.'),
    days_before: WorkingDays.default(DEFAULT_REMINDERS.daysBefore).describe(
      'Working days before the due date, when nobody has started; 0: never.',
    ),
    days_after: WorkingDays.default(DEFAULT_REMINDERS.daysAfter).describe(
      'Working days after the due date: whoever does the step is told.',
    ),
    escalate_after: WorkingDays.default(DEFAULT_REMINDERS.escalateAfter).describe(
      'Working days after the due date: the manager is told too.',
    ),
    per_day: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(DEFAULT_REMINDERS.perDay)
      .describe('Most reminders of one engagement in a day; the rest follow on the next.'),
    quiet: z
      .array(
        z.strictObject({ from: CalendarDate, to: CalendarDate }).refine(({ from, to }) => from <= to, {
          path: ['to'],
          message: 'expected a date that is not before `from`',
        }),
      )
      .max(200)
      .default([])
      .describe('Dates, the last included, on which nobody is reminded.'),
  })
  .refine(({ days_after: after, escalate_after: escalate }) => escalate >= after, {
    path: ['escalate_after'],
    message: 'expected at least as many days as `days_after`',
  })
  .prefault({})
  .describe('When people are reminded of steps that are due.');

const Percent = z.int().min(1).max(1_000);

const hours = z
  .strictObject({
    notice: Percent.default(DEFAULT_HOURS.notice).describe('People are told.'),
    attention: Percent.default(DEFAULT_HOURS.attention).describe('The engagement needs attention.'),
    limit: Percent.default(DEFAULT_HOURS.limit).describe(
      'The engagement is at risk, where time and material is sold.',
    ),
  })
  .refine(({ notice, attention, limit }) => notice < attention && attention < limit, {
    message: 'expected notice below attention, and attention below limit',
  })
  .prefault({})
  .describe('Percent of the hours sold from which on people are told, once each.');

/** Left out: what fits the instance. */
const PerMinute = z.number().int().min(0).max(1_000_000).optional();
const Roles = z.array(Id).max(20);
const Brake = z.number().int().min(0).max(10_000);

/** A scope as people see it on labels: `workflow`, `ps::workflow`. */
const Scope = z
  .string()
  .max(60)
  .regex(
    /^\w[\w .-]*(::\w[\w .-]*)*$/,
    'expected the scope of a label without its value, for example ps-workflow',
  );

const scopes = z.strictObject({
  process: Scope.optional(),
  step: Scope.optional(),
  role: Scope.optional(),
  workflow: Scope.optional(),
  health: Scope.optional(),
  money: Scope.optional(),
} satisfies Record<LabelScope, z.ZodType>);

/** One name that two CRMs give different meanings: nobody could tell which is meant. */
function sameStages(
  crm: Readonly<Record<string, { readonly stages: Readonly<Record<string, string>> }>>,
  context: z.RefinementCtx,
): void {
  const known = new Map<string, { readonly stage: string; readonly by: string }>();
  for (const [name, { stages }] of Object.entries(crm))
    for (const [theirs, stage] of Object.entries(stages)) {
      const before = known.get(theirs);
      if (before !== undefined && before.stage !== stage)
        context.addIssue({
          code: 'custom',
          path: [name, 'stages', theirs],
          message: `expected ${before.stage}, which crm.${before.by}.stages says it is, got ${stage}`,
        });
      known.set(theirs, { stage, by: name });
    }
}

/** `procession.yml`: what one installation is told. Ours, therefore strict: a field it does not know is an error. */
export const ProcessionFile = z.strictObject({
  gitlab: z
    .strictObject({
      group: gitlabPath('group', 'acme/services').describe(
        'Group of the epics, labels and board: its path or id.',
      ),
      project: gitlabPath('project', 'acme/services/engagements').describe(
        'Project of the issues: its path or id.',
      ),
      former_users: z
        .array(Username)
        .max(100)
        .default([])
        .describe('Earlier bots of Procession. Tracking issues (GitLab Free) made by them count as its own.'),
      reviewer: Username.optional().describe(
        'User of PROCESSION_MERGE_REQUEST_TOKEN, another than that of GITLAB_TOKEN: plans are noted in its name, and only its notes count as reviewed.',
      ),
      limits: z
        .strictObject({
          issues_per_minute: PerMinute.describe('Issues and epics created. GitLab.com: 180 of its 200.'),
          notes_per_minute: PerMinute.describe('Comments. GitLab.com: 54 of its 60; elsewhere 270 of 300.'),
          requests_per_minute: PerMinute.describe(
            'All requests; comments leave a fifth of them to launches. GitLab.com: 1800 of its 2000; elsewhere no limit.',
          ),
          at_once: z
            .int()
            .min(1)
            .max(50)
            .default(8)
            .describe(
              'Requests under way at the same time, all engagements together. A small instance may like 2 to 4.',
            ),
        })
        .prefault({})
        .describe('Most that Procession does in a minute, below what an admin has set. `0`: no limit.'),
    })
    .describe('Where the engagements live.'),
  process: Id.default('delivery').describe('The process that a won SOW starts: a folder of `templates`.'),
  profile: Id.optional().describe('One of the profiles of the process.'),
  processes: z
    .array(
      z.strictObject({
        when: Condition.describe('What the SOW must be: a condition, as steps have it.'),
        process: Id.describe('A folder of `templates`.'),
        profile: Id.optional().describe('One of the profiles of that process.'),
      }),
    )
    .max(50)
    .default([])
    .describe(
      'Other processes for SOWs that meet a condition; the first that fits is taken, `process` where none does. An engagement keeps the one it was launched with.',
    ),
  roles: z
    .record(Id, z.array(Username).max(100))
    .default({})
    .describe('Role → GitLab usernames; the first is the default. A role may be empty.'),
  calendar: z
    .strictObject({
      time_zone: z
        .string()
        .refine(isTimeZone, 'expected a time zone, for example Europe/Berlin')
        .default('UTC')
        .describe('Decides which date it is. IANA name.'),
      weekend: z
        .array(z.enum(WEEKDAYS))
        .max(6, 'expected at least one working day in the week')
        .default(['sat', 'sun'])
        .describe('Days of the week that nobody works on.'),
      holidays: z.array(CalendarDate).max(2_000).default([]).describe('Dates that nobody works on.'),
      working_hours: z
        .strictObject({ from: Time, to: Time })
        .refine(({ from, to }) => from < to, {
          path: ['to'],
          message: 'expected a time later than `from`',
        })
        .default(DEFAULT_CALENDAR.workingHours)
        .describe('When people may be reminded on a working day; `from` is included, `to` is not.'),
    })
    .prefault({}),
  reminders,
  hours,
  dates: z
    .strictObject({
      move: z
        .enum(MOVE_DATES)
        .default(DEFAULT_MOVE_DATES)
        .describe(
          'When work is late: `ask` proposes new due dates on the epic, `auto` moves them by itself, `never` only forecasts.',
        ),
    })
    .prefault({})
    .describe('What becomes of due dates when work before them is late.'),
  labels: scopes
    .superRefine((renames, context) => {
      for (const { scope, message } of clashes(renames))
        context.addIssue({ code: 'custom', path: [scope], message });
    })
    .default({})
    .describe('Own names for the scopes of labels: `workflow: ps-workflow` makes `ps-workflow::ready`.'),
  policy: z
    .strictObject({
      mode: z
        .enum(POLICY_MODES)
        .default(DEFAULT_POLICY.mode)
        .describe('enforce: rules are carried out. warn: people are told. shadow: nothing is written.'),
      brakes: z
        .strictObject({
          reopen: Brake.default(DEFAULT_POLICY.brakes.reopen),
          close: Brake.default(DEFAULT_POLICY.brakes.close),
          create: Brake.default(DEFAULT_POLICY.brakes.create),
          engagements: Brake.default(DEFAULT_POLICY.brakes.engagements).describe(
            'Most engagements in which one sweep may do the same for one cause (process, settings or labels changed, the same step gone); above it none of them is changed.',
          ),
        })
        .prefault({})
        .describe('Most changes of a kind in one run of one engagement; above it nothing is changed.'),
    })
    .prefault({}),
  commands: z
    .strictObject(Object.fromEntries(COMMAND_NAMES.map((name) => [name, Roles.optional()])))
    .default({})
    .describe(
      'Who may give a comment command, in place of the usual: roles, `owner` (of the step), `anybody`.',
    ),
  service: z
    .strictObject({
      url: z
        .string()
        .max(500)
        .refine(
          isServiceAddress,
          'expected the web address of the service without user, query or fragment, for example https://procession.example.com',
        )
        .transform((text) => text.replace(/\/+$/, ''))
        .describe('Where GitLab reaches `procession serve`; webhooks go to /webhooks/gitlab below it.'),
    })
    .optional()
    .describe('The webhook service, where there is one.'),
  seal: z
    .strictObject({
      keys: z
        .array(
          z
            .string()
            .regex(
              /^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=$/,
              'expected a public Ed25519 key, base64 of its SPKI DER, 60 characters; procession init makes a pair',
            ),
        )
        .max(10)
        .default([])
        .describe(
          'Public keys whose seals count. The private one is PROCESSION_SEAL_KEY of the service and of protected jobs; several at once while keys are changed.',
        ),
    })
    .prefault({})
    .describe('Seals on what Procession keeps in GitLab for itself, so that nobody else can change it.'),
  crm: z
    .record(
      Id,
      z.strictObject({
        stages: z
          .record(z.string().min(1).max(100), z.enum(DEAL_STAGES))
          .default({})
          .describe(
            'Names of stages in this CRM → ours. The usual ones of Salesforce and HubSpot are known.',
          ),
      }),
    )
    .default({})
    .describe('What the CRMs call things, by names of your own.')
    .superRefine(sameStages),
  deals: DealsSetting,
  amendments: z
    .enum(AMENDMENT_MODES)
    .default('ask')
    .describe(
      'A changed SOW that nobody has looked at (from the CRM, found by a sweep): asked about in a comment on the epic, or applied at once.',
    ),
  change_kinds: ChangeKindsSetting,
  show_amounts: z
    .boolean()
    .default(false)
    .describe('Whether prices, rates and amounts may be written into GitLab.'),
  templates: z
    .string()
    .min(1)
    .default('issue_templates')
    .describe('Folder of the processes, from where procession runs.'),
});
export type ProcessionFile = z.infer<typeof ProcessionFile>;

/** The JSON Schema of `procession.yml`, for editors; published as `docs/procession.schema.json`. */
export function configJsonSchema(): object {
  return { title: 'procession.yml', ...z.toJSONSchema(ProcessionFile, { io: 'input' }) };
}

function isServiceAddress(text: string): boolean {
  if (!/^https?:\/\/[^\s@?#]+$/.test(text) || !URL.canParse(text)) return false;
  return !new URL(text).pathname.replace(/\/+$/, '').endsWith('/webhooks/gitlab');
}

/** Scopes that would catch each other's labels: equal ones, and one that another begins with (`ps` and `ps::workflow`). */
function clashes(
  renames: Readonly<Partial<Record<LabelScope, string | undefined>>>,
): readonly { scope: LabelScope; message: string }[] {
  const nameOf = (scope: LabelScope): string => (renames[scope] ?? scope).toLowerCase();
  return LABEL_SCOPES.flatMap((scope) => {
    if (renames[scope] === undefined) return [];
    const other = LABEL_SCOPES.find(
      (other) => other !== scope && `${nameOf(other)}::`.startsWith(`${nameOf(scope)}::`),
    );
    return other
      ? [{ scope, message: `expected a scope of its own, but the labels of "${other}" begin with it` }]
      : [];
  });
}
