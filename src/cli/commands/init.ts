import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type InitAnswers,
  type InitFile,
  initFiles,
  pipeline,
  SAMPLE_SOW,
  usernames,
} from '#cli/init/init-files.ts';
import { askFor, checkGiven, chooseWay, ownTimeZone, type Values } from '#cli/init/init-questions.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import { writeText } from '#cli/terminal/files.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { version } from '#cli/terminal/version.ts';
import { InvalidInputError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';

export const command: Command = {
  name: 'init',
  summary: 'write procession.yml, .gitlab-ci.yml and a sample SOW; asks on a terminal',
  usage: '[--sandbox | --group <path> --project <path>] [options]',
  positionals: { min: 0, max: 0 },
  options: {
    sandbox: {
      type: 'boolean',
      help: 'For trying: fill in the group, project and people of procession sandbox',
    },
    group: { type: 'string', placeholder: 'path', help: 'Group of the epics, labels and boards' },
    project: { type: 'string', placeholder: 'path', help: 'Project of the issues, in that group' },
    manager: {
      type: 'string',
      placeholder: 'usernames',
      help: 'Who may have the role, by commas; the first is the default',
    },
    engineer: {
      type: 'string',
      placeholder: 'usernames',
      help: 'Who may have the role, by commas; the first is the default',
    },
    'time-zone': {
      type: 'string',
      placeholder: 'name',
      help: 'Decides which date it is (default: that of this machine)',
    },
    'service-url': {
      type: 'string',
      placeholder: 'address',
      help: 'Where GitLab reaches procession serve; leave out without one',
    },
    component: {
      type: 'string',
      placeholder: 'path',
      help: 'Project with Procession in your GitLab (default: procession in the group)',
    },
    seal: {
      type: 'boolean',
      help: 'Make a key pair that seals records: the public key goes into procession.yml, the private one is shown once',
    },
    force: { type: 'boolean', help: 'Overwrite files that are there' },
  },
  details: [
    'Writes into the current folder: procession.yml, a .gitlab-ci.yml that includes the CI/CD component, and a sample SOW; then it says what to do next. On a terminal it asks for what no option gives, and offers the sandbox to try first.',
    'Nothing is overwritten without --force: a procession.yml that is there ends it before anything is written; the other two are kept when they are there, with the lines to add.',
    'Exit codes: 0 written, 2 an option is missing or wrong, 3 procession.yml is there already, 130 given up.',
  ].join('\n\n'),
  examples: [
    'procession init',
    'procession init --sandbox',
    'procession init --group acme/services --project acme/services/engagements --manager mira --engineer eli,noor',
  ],
  run,
};

const SANDBOX = {
  group: 'services',
  project: 'services/engagements',
  manager: 'mira',
  engineer: 'eli, noor',
};

async function run(context: CommandContext): Promise<number> {
  const keys = context.flag('seal') ? await context.wire.newSealKeys() : null;
  const given = await gather(context);
  const answers = given === null ? null : { ...given, sealKey: keys?.publicKey ?? null };
  if (answers === null) {
    context.output.warning('Nothing was written.');
    return EXIT.interrupted;
  }
  const files = initFiles(answers);
  const isThere = ({ path }: InitFile): boolean => existsSync(resolve(context.cwd, path));
  const force = context.flag('force');
  const [settings] = files;
  if (!force && settings !== undefined && isThere(settings)) throw alreadyThere(settings.path);
  const kept = force ? [] : files.filter(isThere);
  // The settings come last: what was interrupted is begun anew, and nothing is half configured.
  for (const file of files.filter((file) => !kept.includes(file)).toReversed()) {
    await writeText(resolve(context.cwd, file.path), file.path, file.text);
    context.output.result(`${context.output.paint('good', '+')} ${file.path}`);
  }
  tellKept(context, kept, answers);
  if (keys !== null) context.output.result(`\n${sealSteps(keys.privateKey)}`);
  context.output.result(`\n${nextSteps(answers, isSandbox(answers))}`);
  return EXIT.done;
}

function isSandbox({ group, project }: InitAnswers): boolean {
  return group === SANDBOX.group && project === SANDBOX.project;
}

function alreadyThere(path: string): InvalidInputError {
  const message = 'it is there already';
  const fix = 'Edit it, or overwrite it with --force.';
  return new InvalidInputError([problem({ file: path }, message, fix)], 'Nothing was written:');
}

function tellKept({ output }: CommandContext, kept: readonly InitFile[], answers: InitAnswers): void {
  for (const { path } of kept) {
    output.note(`${path} is there already and was kept.`);
    if (path === '.gitlab-ci.yml') output.note(`Add to it:\n\n${pipeline(answers)}`);
  }
}

/** @returns `null` when the person gave up. @throws UsageError */
async function gather(context: CommandContext): Promise<InitAnswers | null> {
  const given = context.flag('sandbox') ? SANDBOX : {};
  const values: Record<string, string | undefined> = { ...given };
  for (const name of ['group', 'project', 'manager', 'engineer', 'time-zone', 'service-url', 'component'])
    values[name] = context.text(name) ?? values[name];
  checkGiven(values);
  if (values['group'] === undefined && context.ask !== null) {
    const way = await chooseWay(context.ask);
    if (way === null) return null;
    if (way === 'sandbox') Object.assign(values, SANDBOX);
    else if (!(await askFor(context.ask, values))) return null;
  }
  return toAnswers(context, values);
}

async function toAnswers({ wire }: CommandContext, values: Values): Promise<InitAnswers> {
  const { group, project, manager = '', engineer = '', component } = values;
  if (group === undefined || project === undefined)
    throw new UsageError(
      'Give --group and --project, or --sandbox to try first; on a terminal procession init asks for them.',
      'procession init --help',
    );
  const serviceUrl = values['service-url'] ?? '';
  return {
    group,
    project,
    managers: usernames(manager),
    engineers: usernames(engineer),
    timeZone: values['time-zone'] ?? ownTimeZone(),
    serviceUrl: serviceUrl === '' ? null : serviceUrl,
    component: component ?? `${group}/procession`,
    sealKey: null,
    version: await version(),
    today: wire.clock.now().slice(0, 10),
  };
}

/** The private key, shown this once: it is written nowhere. */
function sealSteps(privateKey: string): string {
  return [
    'Records are sealed with this private key. It is shown once and written nowhere:',
    `  export PROCESSION_SEAL_KEY=${privateKey}`,
    'Keep it as a secret of the service, and as a masked and protected CI/CD variable. Whoever has it can write as Procession.',
  ].join('\n');
}

function nextSteps({ serviceUrl }: InitAnswers, sandbox: boolean): string {
  const access = sandbox
    ? [
        'In another terminal, left open:',
        '  procession sandbox',
        'Here:',
        '  export GITLAB_URL=http://127.0.0.1:8929 GITLAB_TOKEN=glpat-sandbox-ada',
      ]
    : [
        'Next, with a token of an Owner of the group (scope api):',
        '  export GITLAB_URL=https://gitlab.example.com GITLAB_TOKEN=…',
      ];
  return [
    ...access,
    ...(serviceUrl === null
      ? []
      : ['  export GITLAB_WEBHOOK_SECRETS=$(procession setup --new-secret)   # the service needs it too']),
    '  procession setup                    # labels, boards, schedule',
    '  procession doctor                   # is all well?',
    `  procession plan ${SAMPLE_SOW}    # what would be done`,
    `  procession apply ${SAMPLE_SOW}   # do it`,
  ].join('\n');
}
