/**
 * The comment commands: one table from which the parser, the rights, `/ps help` and `docs/rules.md` come.
 * A command is a line of a comment that begins with `/ps`; GitLab leaves such lines alone because it knows no quick
 * action of that name.
 */

export const COMMAND_NAMES = [
  'help',
  'status',
  'explain',
  'assign',
  'waive',
  'unwaive',
  'approve',
  'retry',
  'hold',
  'resume',
  'withdraw',
  'skip',
  'add',
  'snooze',
  'due',
  'replan',
  'health',
  'call',
  'apply',
  'reconcile',
] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

/** Who may give a command where the settings do not say: names of roles; `owner` is the role of the step it is about. */
export const ANYBODY = 'anybody';
export const STEP_OWNER = 'owner';

export interface CommandDefinition {
  readonly name: CommandName;
  /** What follows the name. */
  readonly usage: string;
  /** One sentence for `/ps help`, without a full stop. */
  readonly summary: string;
  /** Where: about one step (on its issue, or on the epic with the step named first), or about the whole engagement. */
  readonly about: 'step' | 'engagement' | 'either';
  /** Roles that may give it; `anybody` is every member from Planner on, `owner` the role of the step. */
  readonly by: readonly string[];
  /** It changes issues or the epic at once. While the engagement is stopped it is recorded, and done when it goes on. */
  readonly changes?: true;
}

export const COMMENT_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'help',
    usage: '',
    summary: 'lists the commands and who may give them',
    about: 'either',
    by: [ANYBODY],
  },
  {
    name: 'status',
    usage: '',
    summary: 'says who is waited for, and until when',
    about: 'either',
    by: [ANYBODY],
  },
  {
    name: 'explain',
    usage: '[step]',
    summary: 'says why a step stands where it stands, and what would change that',
    about: 'either',
    by: [ANYBODY],
  },
  {
    name: 'assign',
    usage: '<role> @user',
    summary:
      'gives a role to somebody; open issues of that role that nobody took over go to them, also those that fell to the manager because the role was empty',
    about: 'engagement',
    by: ['manager'],
    changes: true,
  },
  {
    name: 'waive',
    usage: '[approval <role>] <reason>',
    summary:
      'lets this step be closed although something is missing; with `approval <role>` only without the approval of that role',
    about: 'step',
    by: ['manager'],
  },
  {
    name: 'unwaive',
    usage: '',
    summary: 'takes the waiver of this step back, until the step is done',
    about: 'step',
    by: ['manager'],
  },
  {
    name: 'approve',
    usage: '',
    summary: 'gives the approval that this step asks of your role',
    about: 'step',
    by: [ANYBODY],
  },
  {
    name: 'retry',
    usage: '',
    summary: 'starts the pipeline of this step anew',
    about: 'step',
    by: ['manager', STEP_OWNER],
    changes: true,
  },
  {
    name: 'hold',
    usage: '<reason>',
    summary: 'stops all changes and reminders in this engagement',
    about: 'engagement',
    by: ['manager'],
  },
  {
    name: 'resume',
    usage: '',
    summary: 'ends a hold or a pause, and takes up again what was withdrawn',
    about: 'engagement',
    by: ['manager'],
  },
  {
    name: 'withdraw',
    usage: '<reason>',
    summary: 'asks on the epic whether to give this engagement up: everything open would be closed',
    about: 'engagement',
    by: ['manager'],
  },
  {
    name: 'skip',
    usage: '<step> <reason>',
    summary: 'closes a step that is not to be done here',
    about: 'engagement',
    by: ['manager'],
    changes: true,
  },
  {
    name: 'add',
    usage: '<step> [title]',
    summary: 'makes one more issue of a step that is made on demand',
    about: 'engagement',
    by: ['manager', 'engineer'],
    changes: true,
  },
  {
    name: 'snooze',
    usage: '<n> working days',
    summary: 'no reminders about this step for so long',
    about: 'step',
    by: ['manager', STEP_OWNER],
  },
  {
    name: 'due',
    usage: '<YYYY-MM-DD> <reason>|auto',
    summary: 'sets the due date of this step, which stays from then on; `auto` gives it back to the plan',
    about: 'step',
    by: ['manager'],
    changes: true,
  },
  {
    name: 'replan',
    usage: '[<step>|hold|no <reason>|pull]',
    summary:
      'moves the dates that are proposed (those of one cause, where it is named); `no` leaves them; `pull` moves what can be earlier',
    about: 'engagement',
    by: ['manager', STEP_OWNER],
    changes: true,
  },
  {
    name: 'health',
    usage: '<on track|needs attention|at risk|auto> [for <n> days] <reason>',
    summary: 'sets the health of the epic by hand for a while; `auto` ends that',
    about: 'engagement',
    by: ['manager'],
    changes: true,
  },
  {
    name: 'call',
    usage: '<moved YYYY-MM-DD [HH:MM] <reason>|skip <reason>|slot Tue 10:00>',
    summary:
      'moves or calls off the next occurrence of this recurring step, or gives it another weekday and time',
    about: 'step',
    by: ['manager', STEP_OWNER],
    changes: true,
  },
  {
    name: 'apply',
    usage: '[<digest>|no <reason>]',
    summary: 'carries out what is proposed in a comment on the epic; `no` leaves things as they are',
    about: 'engagement',
    by: ['manager'],
    changes: true,
  },
  {
    name: 'reconcile',
    usage: '',
    summary: 'looks at everything again, now',
    about: 'either',
    by: [ANYBODY],
  },
];

/** The definition of a known command. */
export function commandOf(name: CommandName): CommandDefinition {
  const found = COMMENT_COMMANDS.find((command) => command.name === name);
  if (found === undefined) throw new TypeError(`no command ${name}`);
  return found;
}

/** `/ps waive <reason>`, on an epic `/ps waive <step> <reason>`: there no issue says which step is meant. */
export function usageOf({ name, usage, about }: CommandDefinition, onEpic = false): string {
  return ['/ps', name, onEpic && about === 'step' ? '<step>' : '', usage]
    .filter((part) => part !== '')
    .join(' ');
}
