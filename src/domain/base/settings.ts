import { type Calendar, DEFAULT_CALENDAR } from './calendar.ts';
import type { CommandName } from './commands.ts';
import type { Condition } from './condition-shape.ts';
import type { LabelRenames } from './labels.ts';

/**
 * `enforce`: rules are carried out. `warn`: people are told, nothing of theirs is undone.
 * `shadow`: everything is computed and reported, nothing is written.
 */
export const POLICY_MODES = ['enforce', 'warn', 'shadow'] as const;
export type PolicyMode = (typeof POLICY_MODES)[number];

/** Most changes of a kind that one run may make to one engagement; above it nothing is changed and somebody has to look. */
export interface Brakes {
  readonly reopen: number;
  readonly close: number;
  readonly create: number;
  /** Most engagements in which one sweep may do the same kind of thing for one cause. */
  readonly engagements: number;
}

export interface Policy {
  readonly mode: PolicyMode;
  readonly brakes: Brakes;
}

export const DEFAULT_POLICY: Policy = {
  mode: 'enforce',
  brakes: { reopen: 5, close: 10, create: 40, engagements: 5 },
};

/** When people are reminded of a step that is due. All numbers are working days but `perDay`. */
export interface ReminderSettings {
  readonly enabled: boolean;
  /** Before the due date, when nobody has started; 0: never. */
  readonly daysBefore: number;
  /** After the due date: whoever does the step is told. */
  readonly daysAfter: number;
  /** After the due date: the manager is told too. */
  readonly escalateAfter: number;
  /** Most reminders of one engagement in a day. */
  readonly perDay: number;
  /** Dates, the last included, on which nobody is reminded. */
  readonly quiet: readonly { readonly from: string; readonly to: string }[];
}

export const DEFAULT_REMINDERS: ReminderSettings = {
  enabled: true,
  daysBefore: 1,
  daysAfter: 1,
  escalateAfter: 3,
  perDay: 3,
  quiet: [],
};

/** Percent of the hours sold from which on people are told. */
export interface HoursThresholds {
  readonly notice: number;
  /** The engagement needs attention. */
  readonly attention: number;
  /** The engagement is at risk, where time and material is sold. */
  readonly limit: number;
}

export const DEFAULT_HOURS: HoursThresholds = { notice: 75, attention: 90, limit: 100 };

/** What becomes of due dates when work before them is late: people are asked, dates move by themselves, or nothing moves. */
export const MOVE_DATES = ['ask', 'auto', 'never'] as const;
export type MoveDates = (typeof MOVE_DATES)[number];
export const DEFAULT_MOVE_DATES: MoveDates = 'ask';

/** What becomes of a changed SOW that nobody has looked at: people are asked, or it is applied. */
export const AMENDMENT_MODES = ['ask', 'auto'] as const;
export type AmendmentMode = (typeof AMENDMENT_MODES)[number];

/** Process and profile of a launch. */
export interface Launch {
  readonly process: string;
  readonly profile: string | null;
}

/** Launches to choose from: the first whose condition the SOW meets, else `otherwise`. */
export interface LaunchChoice {
  readonly choices: readonly (Launch & { readonly when: Condition })[];
  readonly otherwise: Launch;
}
/** Kinds of changes to a SOW that people agree on. */
export const CHANGE_KINDS = [
  'clarification',
  'dates',
  'extension',
  'increase',
  'decrease',
  'type',
  'other work',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Papers on which both sides agree to a change, the weakest first. */
export const PAPERS = ['written confirmation', 'signed order', 'new SOW'] as const;
export type Paper = (typeof PAPERS)[number];

/** What a kind of change needs, where it is not what is customary. */
export type ChangeKinds = Readonly<
  Partial<
    Record<
      ChangeKind,
      { readonly paper?: Paper | undefined; readonly approvals?: readonly string[] | undefined }
    >
  >
>;

/** A group and a project in it, by their paths or ids. */
export interface Place {
  readonly group: string;
  readonly project: string;
}

/** What is known about deals. */
export interface DealSettings {
  /** Names of stages in the CRMs → ours, see `deal-stage.ts`. */
  readonly stages: Readonly<Record<string, string>>;
  /** Amount from which on a deal is large; `null`: none is called so. */
  readonly largeFrom: number | null;
  /** The process of deals; `null`: the one that is about deals. */
  readonly process: string | null;
  /** Where deals live; `null`: where everything else does. */
  readonly place: Place | null;
  /** Reports that are made for others hold deals: files, pages, and what a job of a pipeline prints. */
  readonly inReports: boolean;
}

export const DEFAULT_DEALS: DealSettings = {
  stages: {},
  largeFrom: null,
  process: null,
  place: null,
  inReports: false,
};

/** The part of the configuration that decisions depend on. */
export interface Settings {
  readonly calendar: Calendar;
  readonly labels: LabelRenames;
  readonly policy: Policy;
  /** Which process a SOW starts; an engagement that exists keeps its own. */
  readonly launch: LaunchChoice;
  /** Role → GitLab usernames; the first is the default. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly showAmounts: boolean;
  readonly reminders: ReminderSettings;
  readonly hours: HoursThresholds;
  readonly moveDates: MoveDates;
  readonly amendments: AmendmentMode;
  readonly deals: DealSettings;
  readonly changeKinds: ChangeKinds;
  /** Who may give a comment command, where it differs from `commands.ts`: roles, `owner`, `anybody`. */
  readonly commands: Readonly<Partial<Record<CommandName, readonly string[]>>>;
  /** Usernames of earlier bots of ours: tracking issues made by them count as ours. */
  readonly formerUsers: readonly string[];
}

/** Settings where `procession.yml` says nothing, and nobody has a role. */
export const DEFAULT_SETTINGS: Settings = {
  calendar: DEFAULT_CALENDAR,
  labels: {},
  policy: DEFAULT_POLICY,
  launch: { choices: [], otherwise: { process: 'delivery', profile: null } },
  roles: {},
  showAmounts: false,
  reminders: DEFAULT_REMINDERS,
  hours: DEFAULT_HOURS,
  moveDates: DEFAULT_MOVE_DATES,
  amendments: 'ask',
  deals: DEFAULT_DEALS,
  changeKinds: {},
  commands: {},
  formerUsers: [],
};
