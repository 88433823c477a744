import { type Wishes, wantedBy } from '#cli/targets/wanted.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import type { Place } from '#domain/base/settings.ts';
import { inPlace } from '#domain/doctor/deals.ts';
import { diagnoseAccess } from '#domain/doctor/diagnose.ts';
import type { Obstacle, SetupAction, SetupPlan } from '#domain/setup/action.ts';
import { setupActionText } from '#domain/setup/action.ts';
import type { Installation } from '#domain/setup/installation.ts';
import { type SetupLink, setupLinks } from '#domain/setup/links.ts';
import { planSetup } from '#domain/setup/plan-setup.ts';
import type { WantedInstallation } from '#domain/setup/wanted-installation.ts';
import type { InstallationAdmin } from '#ports/installation.ts';
import { applySetup } from '#reconciler/hooks/apply-setup.ts';
import { doctorText } from '#render/doctor-text.ts';
import { linksText, obstaclesText, setupLine, setupPlanText } from '#render/setup-text.ts';
import type { Wire } from '#wire/wire.ts';

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
    'Makes what the processes need in GitLab, or repairs it, in the place of deals too where procession.yml names one: the labels of the group with colours and descriptions; the board of the engineers (lists by state) and of the managers (lists by role); where procession.yml has service.url, the webhook, with the first of GITLAB_WEBHOOK_SECRETS; and a pipeline schedule for the sweep. Then it prints the links. Run again it finds nothing to do.',
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
  const { installation, ofDeals } = await wantedBy(wire, wishesOf(context));
  const sites = [
    await siteOf(wire, null, installation),
    ...(ofDeals === null ? [] : [await siteOf(wire, ofDeals.place, ofDeals.installation)]),
  ];
  const blocking = sites.flatMap(({ place, before }) =>
    inPlace(diagnoseAccess(before), place).filter(
      ({ area, severity }) => severity === 'error' && area !== 'clock',
    ),
  );
  if (blocking.length > 0) {
    output.warning(`Nothing was changed. First put this right:\n${doctorText(blocking, {}, output.paint)}`);
    return EXIT.refused;
  }
  const results: Result[] = [];
  for (const site of sites)
    results.push(
      context.flag('dry-run')
        ? { plan: site.plan, late: [], links: linksOf(context, site, site.before) }
        : await carryOut(context, site),
    );
  return tell(context, allOf(results));
}

/** One place, and what has to be done there. */
interface Site {
  /** `null`: that of everything but deals. */
  readonly place: Place | null;
  readonly wanted: WantedInstallation;
  readonly admin: InstallationAdmin;
  readonly before: Installation;
  readonly plan: SetupPlan;
}

async function siteOf(wire: Wire, place: Place | null, wanted: WantedInstallation): Promise<Site> {
  const admin = await wire.installation(place ?? undefined);
  const before = await admin.read([]);
  return { place, wanted, admin, before, plan: planSetup(wanted, before) };
}

function allOf(results: readonly Result[]): Result {
  return {
    plan: {
      actions: results.flatMap(({ plan }) => plan.actions),
      obstacles: results.flatMap(({ plan }) => plan.obstacles),
      notes: results.flatMap(({ plan }) => plan.notes),
    },
    late: results.flatMap(({ late }) => late),
    links: results.flatMap(({ links }) => links),
  };
}

function wishesOf(context: CommandContext): Wishes {
  return {
    hook: !context.flag('no-hook'),
    schedule: !context.flag('no-schedule'),
    cron: context.text('cron') ?? null,
    renewSecret: context.flag('renew-secret'),
  };
}

async function carryOut(context: CommandContext, site: Site): Promise<Result> {
  const { plan, admin, before } = site;
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
  return { plan, late, links: linksOf(context, site, after) };
}

function linksOf(
  { wire }: CommandContext,
  { place, wanted }: Site,
  actual: Installation,
): readonly SetupLink[] {
  const links = setupLinks(wanted, actual, wire.config().labels);
  return place === null ? links : links.map(({ text, url }) => ({ text: `Deals: ${text}`, url }));
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
