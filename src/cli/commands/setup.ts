import { type Wanted, type Wishes, wantedBy } from '#cli/targets/wanted.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import { diagnoseAccess } from '#domain/doctor/diagnose.ts';
import type { Obstacle, SetupAction, SetupPlan } from '#domain/setup/action.ts';
import { setupActionText } from '#domain/setup/action.ts';
import type { Installation } from '#domain/setup/installation.ts';
import { type SetupLink, setupLinks } from '#domain/setup/links.ts';
import { planSetup } from '#domain/setup/plan-setup.ts';
import type { InstallationAdmin } from '#ports/installation.ts';
import { applySetup } from '#reconciler/hooks/apply-setup.ts';
import { doctorText } from '#render/doctor-text.ts';
import { linksText, obstaclesText, setupLine, setupPlanText } from '#render/setup-text.ts';

/** Command `setup`. */
export const command: Command = {
  name: 'setup',
  summary: 'labels, boards, webhook and schedule in GitLab: made or repaired',
  usage: '[--dry-run] [options]',
  positionals: { min: 0, max: 0 },
  options: {
    'dry-run': { type: 'boolean', help: 'Show what would be done; write nothing' },
    'no-hook': { type: 'boolean', help: 'Leave the webhook alone' },
    'no-schedule': { type: 'boolean', help: 'Leave the pipeline schedule alone' },
    cron: {
      type: 'string',
      placeholder: 'expression',
      help: 'When the schedule sweeps, in UTC (new ones: 7-59/15 * * * *)',
    },
    'renew-secret': {
      type: 'boolean',
      help: 'Give the webhook the first of GITLAB_WEBHOOK_SECRETS again, after changing it',
    },
    'new-secret': {
      type: 'boolean',
      help: 'Only print a new secret for GITLAB_WEBHOOK_SECRETS, once; it is kept nowhere',
    },
    json: { type: 'boolean', help: 'Print what was (or would be) done as JSON' },
  },
  details: [
    'Makes what the process needs in GitLab, or repairs it: the labels of the group with colours and descriptions; the board of the engineers (lists by state) and of the managers (lists by role); where procession.yml has service.url, the webhook, with the first of GITLAB_WEBHOOK_SECRETS; and a pipeline schedule for the sweep. Then it prints the links. Run again it finds nothing to do.',
    'Only what carries our names is touched, nothing is deleted, and what people chose (the name of a board, the order of lists, when the schedule runs) is kept. GitLab Free has one board per group: the lists of the engineers go onto it.',
    "Roles the token's user needs: Planner for labels and boards; for the webhook Owner of the group (Free: Maintainer of the project); for the schedule Developer. A token of an Owner, used once, does all of it.",
    'Exit codes: 0 done or nothing to do, 2 settings are missing or wrong, 4 something could not be done (it says what, why and the fix).',
  ].join('\n\n'),
  examples: [
    'procession setup --dry-run',
    'procession setup',
    'procession setup --new-secret',
    'procession setup --cron "0 * * * *"',
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  if (context.flag('new-secret')) return printSecret(context);
  const { wire, output } = context;
  const wanted = await wantedBy(wire, wishesOf(context));
  const admin = await wire.installation();
  const before = await admin.read([]);
  const blocking = diagnoseAccess(before).filter(
    ({ area, severity }) => severity === 'error' && area !== 'clock',
  );
  if (blocking.length > 0) {
    output.warning(`Nothing was changed. First put this right:\n${doctorText(blocking, {}, output.paint)}`);
    return EXIT.refused;
  }
  const plan = planSetup(wanted.installation, before);
  return context.flag('dry-run')
    ? tell(context, { plan, late: [], links: linksOf(context, wanted, before) })
    : await carryOut(context, { plan, wanted, admin, before });
}

function wishesOf(context: CommandContext): Wishes {
  return {
    hook: !context.flag('no-hook'),
    schedule: !context.flag('no-schedule'),
    cron: context.text('cron') ?? null,
    renewSecret: context.flag('renew-secret'),
  };
}

interface Work {
  readonly plan: SetupPlan;
  readonly wanted: Wanted;
  readonly admin: InstallationAdmin;
  readonly before: Installation;
}

async function carryOut(context: CommandContext, { plan, wanted, admin, before }: Work): Promise<number> {
  const { output, wire } = context;
  const total = plan.actions.length;
  const showsLines = !context.flag('json');
  const late = await applySetup(admin, plan.actions, {
    secret: wire.config().gitlabWebhookSecrets[0] ?? null,
    progress: {
      starting: (index, action) => output.progress(index, total, setupActionText(action)),
      done: (action) => {
        if (showsLines) output.result(setupLine(action, output.paint));
      },
    },
  });
  output.clearProgress();
  // Boards have their address only once they are there.
  const after = total === 0 ? before : await admin.read([]);
  return tell(context, { plan, late, links: linksOf(context, wanted, after) });
}

function linksOf(
  { wire }: CommandContext,
  { installation }: Wanted,
  actual: Installation,
): readonly SetupLink[] {
  return setupLinks(installation, actual, wire.config().labels);
}

interface Result {
  readonly plan: SetupPlan;
  /** What turned out while doing it. */
  readonly late: readonly Obstacle[];
  readonly links: readonly SetupLink[];
}

function tell(context: CommandContext, { plan, late, links }: Result): number {
  const { output } = context;
  const isDry = context.flag('dry-run');
  const obstacles = [...plan.obstacles, ...late];
  if (context.flag('json'))
    output.json({ version: 1, dryRun: isDry, actions: plan.actions, obstacles, notes: plan.notes, links });
  else {
    if (isDry || plan.actions.length === 0) output.result(setupPlanText(plan, output.paint));
    else output.result(`\n${doneText(plan.actions, late)}`);
    for (const note of plan.notes) output.note(`Note: ${note}`);
    if (obstacles.length > 0) output.warning(obstaclesText(obstacles, output.paint));
    if (links.length > 0) output.result(`\n${linksText(links, output.paint)}`);
  }
  return obstacles.length > 0 ? EXIT.refused : EXIT.done;
}

function doneText(actions: readonly SetupAction[], late: readonly Obstacle[]): string {
  const done = actions.length - late.length;
  return `Setup: ${done} of ${actions.length} done. procession doctor says whether all is well.`;
}

/** Shown once and kept nowhere: whoever runs this puts it where it belongs. */
function printSecret({ output }: CommandContext): number {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  output.result(`whsec_${Buffer.from(bytes).toString('base64')}`);
  output.note(
    'Shown once and kept nowhere. Put it into GITLAB_WEBHOOK_SECRETS of the service (or a file that GITLAB_WEBHOOK_SECRETS_FILE names) and of procession setup. GitLab before 19.0 cannot sign: take one of openssl rand -hex 32 there.',
  );
  return EXIT.done;
}
