/** The files that `init` writes, from a few answers. Every answer is checked and quoted, so the result is valid YAML. */
import { addCalendarDays, isTimeZone } from '#domain/base/calendar.ts';

/** Answers that the files are written from. */
export interface InitAnswers {
  readonly group: string;
  readonly project: string;
  /** GitLab usernames; the first is the default. */
  readonly managers: readonly string[];
  readonly engineers: readonly string[];
  readonly timeZone: string;
  /** Address at which GitLab reaches `procession serve`; `null`: pipelines do the work. */
  readonly serviceUrl: string | null;
  /** Project of Procession in this GitLab, with the CI/CD component and the image: `acme/procession`. */
  readonly component: string;
  /** Version of Procession: `1.2.0`. */
  readonly version: string;
  /** Public key whose seals count; `null`: records are not sealed. */
  readonly sealKey: string | null;
  /** `YYYY-MM-DD` */
  readonly today: string;
}

/** File that `init` writes. */
export interface InitFile {
  readonly path: string;
  readonly text: string;
}

/** Path of the sample SOW. */
export const SAMPLE_SOW = 'sows/SOW-1001.yml';

/** Writes the files of a new project. */
export function initFiles(answers: InitAnswers): readonly InitFile[] {
  return [
    { path: 'procession.yml', text: settings(answers) },
    { path: '.gitlab-ci.yml', text: pipeline(answers) },
    { path: SAMPLE_SOW, text: sampleSow(answers.today) },
  ];
}

const PATH = /^[a-zA-Z0-9_.][a-zA-Z0-9_.-]*(\/[a-zA-Z0-9_.][a-zA-Z0-9_.-]*)*$/;
const USERNAME = /^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,254}$/;

/** Checks of answers: each says what is wrong, or `undefined`. */
export const ANSWER_PROBLEMS = {
  path: (text: string): string | undefined =>
    PATH.test(text) ? undefined : 'expected a path as the address shows it, for example acme/services',
  usernames: (text: string): string | undefined =>
    usernames(text).every((name) => USERNAME.test(name))
      ? undefined
      : 'expected GitLab usernames without @, separated by commas, for example ada, eli',
  timeZone: (text: string): string | undefined =>
    isTimeZone(text) ? undefined : 'expected a time zone, for example Europe/Berlin',
  serviceUrl: (text: string): string | undefined =>
    text === '' || /^https?:\/\/[a-zA-Z0-9.-]+(:\d+)?(\/[\w./-]*)?$/.test(text)
      ? undefined
      : 'expected a web address, for example https://procession.example.com, or nothing',
} as const;

/** `ada, eli` → `['ada', 'eli']` */
export function usernames(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim().replace(/^@/, ''))
    .filter((name) => name !== '');
}

function list(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(', ')}]`;
}

function settings(answers: InitAnswers): string {
  const { group, project, managers, engineers, timeZone, serviceUrl, sealKey } = answers;
  return [
    '# Settings of Procession. procession lint checks them, procession doctor looks whether they fit GitLab.',
    'gitlab:',
    `  group: ${JSON.stringify(group)}        # epics, labels, boards`,
    `  project: ${JSON.stringify(project)}    # issues`,
    'process: delivery',
    '# processes:               # others for SOWs that meet a condition, the first that fits (docs/templates.md)',
    '#   - { when: { type: sku, deployment: none }, process: training }',
    'roles:                     # GitLab usernames; the first is the default',
    `  manager: ${list(managers)}`,
    `  engineer: ${list(engineers)}`,
    '  finance: []              # nobody: their steps go to the manager',
    `calendar: { time_zone: ${JSON.stringify(timeZone)}, holidays: [] }`,
    'policy: { mode: enforce }  # or warn (tell, undo nothing) or shadow (compute, write nothing)',
    ...(serviceUrl === null ? [] : [`service: { url: ${JSON.stringify(serviceUrl)} }`]),
    ...(sealKey === null
      ? []
      : [`seal: { keys: [${JSON.stringify(sealKey)}] }  # public; the private one is a secret`]),
    '',
  ].join('\n');
}

/** The lines that belong into a `.gitlab-ci.yml`, also into one that is there already. */
export function pipeline({ component, version }: Pick<InitAnswers, 'component' | 'version'>): string {
  return [
    '# Jobs of Procession: lint and plan on merge requests, apply on the default branch, sweep on schedules.',
    '# Needs GITLAB_TOKEN as a masked, protected CI/CD variable.',
    '# A push must not cancel what still waits for a runner: a trigger pipeline brings what is nowhere else.',
    'workflow:',
    '  auto_cancel:',
    '    on_new_commit: none',
    '',
    'include:',
    `  - component: $CI_SERVER_FQDN/${component}/procession@${version}`,
    '    inputs:',
    `      image: $CI_REGISTRY/${component}:${version}`,
    '',
  ].join('\n');
}

function sampleSow(today: string): string {
  return [
    '# A sample to try with: procession plan sows/SOW-1001.yml. All fields: docs/sow.schema.json.',
    'sow:',
    '  number: SOW-1001',
    `  signed_on: ${addCalendarDays(today, -2)}`,
    'customer:',
    '  name: Example Bakery',
    'engagement: GitLab for the ordering team',
    'stage: closed_won          # nothing starts before this',
    `closed_won_on: ${today}`,
    'type: fixed                # t&m, fixed, sku',
    'deployment: aws            # aws, on-prem, other, none',
    'dates:',
    `  start: ${addCalendarDays(today, 14)}`,
    `  end: ${addCalendarDays(today, 60)}`,
    'deliverables:',
    '  - id: D1',
    '    title: Pipeline for the ordering system',
    '    acceptance_criteria: Builds, tests and deploys the main branch',
    'contacts:',
    '  customer:',
    '    main: { name: Robin Example, email: robin@example.com }',
    '',
  ].join('\n');
}
