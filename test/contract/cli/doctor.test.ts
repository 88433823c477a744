/** `procession doctor`: every problem it knows is made in the sandbox, and exactly its message seen. */
import { appendFile, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { engagementLabel } from '#domain/base/labels.ts';
import { placeOf, recordLine } from '#domain/record/line.ts';
import { writeManagedBlock } from '#domain/text/managed-block.ts';
import { addPlace } from '#sandbox/seed.ts';
import { openSeal } from '#seal/ed25519.ts';
import { aRecord } from '#test/support/builders.ts';
import {
  HOOK_URL,
  type InstallationOptions,
  PLAIN_SECRET,
  SEAL_PAIR,
  SETTINGS,
  startInstallation,
  type TestInstallation,
} from '#test/support/installation.ts';

const DAY_MS = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

let world: TestInstallation;

afterEach(async () => await world.close());

interface Case {
  readonly id: string;
  /** Where the same problem has several faces. */
  readonly face?: string;
  readonly given?: InstallationOptions;
  /** What `procession.yml` says after setup. */
  readonly settings?: string;
  /** Breaks an installation that is in order. */
  readonly broken?: (world: TestInstallation) => unknown;
  readonly env?: (world: TestInstallation) => Readonly<Record<string, string>>;
  readonly severity?: 'warning';
  /** Other problems that come with it. */
  readonly besides?: readonly string[];
  readonly message: string | RegExp;
  readonly fix: string | RegExp;
  readonly exit?: number;
}

const hook = ({ data }: TestInstallation): object => data.hooks[0] ?? {};
const schedule = ({ data }: TestInstallation): object => data.schedules[0] ?? {};
const ownToken = (world: TestInstallation): { expiresOn: string | null } => {
  const token = world.data.tokens.find(({ value }) => value === world.seed.ada.token);
  if (token === undefined) throw new Error('no token');
  return token;
};

/** A token beside those of the seed. */
function tokenFor(
  world: TestInstallation,
  userId: number,
  scopes: readonly string[],
): { GITLAB_TOKEN: string } {
  world.data.tokens.push({ value: 'glpat-other', userId, scopes, expiresOn: null });
  return { GITLAB_TOKEN: 'glpat-other' };
}

const KEEPS_WAITING = 'workflow: { auto_cancel: { on_new_commit: none } }\n';

/** `.gitlab-ci.yml` with the component, after other lines. */
async function writePipeline(folder: string, before: string): Promise<void> {
  const include = 'include:\n  - component: $CI_SERVER_FQDN/acme/procession/procession@1.0.0\n';
  await writeFile(join(folder, '.gitlab-ci.yml'), `${before}${include}`);
}

/** A text means all of it. */
function whole(text: string | RegExp): RegExp {
  return typeof text === 'string'
    ? new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`)
    : text;
}

const CASES: readonly Case[] = [
  {
    id: 'config-invalid',
    face: 'a field',
    given: { settings: `${SETTINGS}\npolicy: { mode: strict }` },
    message: 'procession.yml:5 policy.mode: expected one of enforce, warn, shadow, got "strict".',
    fix: /./,
    exit: 2,
  },
  {
    id: 'config-invalid',
    face: 'no file',
    given: { settings: null },
    message: 'procession.yml: there is no such file, so the group and project are not known.',
    fix: /^Write it with procession init, name it in PROCESSION_CONFIG, or set PROCESSION_GROUP/,
    exit: 2,
  },
  {
    id: 'config-invalid',
    face: 'an unknown process',
    given: { settings: `${SETTINGS}\nprocess: delivry` },
    message: /process/,
    fix: /./,
    exit: 2,
  },
  {
    id: 'config-invalid',
    face: 'a template',
    settings: `${SETTINGS}\ntemplates: own`,
    broken: async ({ folder }) => {
      await cp(join(import.meta.dirname, '../../../issue_templates'), join(folder, 'own'), {
        recursive: true,
      });
      await appendFile(join(folder, 'own/delivery/epic.md'), '\n{{customer.nmae}}\n');
    },
    message: /own\/delivery\/epic\.md:\d+: unknown name \{\{customer\.nmae\}\}/,
    fix: /./,
    exit: 2,
  },
  {
    id: 'config-invalid',
    face: 'the address of the API',
    env: ({ url }) => ({ GITLAB_URL: `${url}/api/v4` }),
    message: /^GITLAB_URL: expected the address of GitLab itself, got "http.*\/api\/v4"\.$/,
    fix: /^Did you mean "http:\/\/[^/]*"\?$/,
    exit: 2,
  },
  {
    id: 'records-unsealed',
    settings: SETTINGS.replace(/^seal: .*$/m, ''),
    severity: 'warning',
    message: /^Records in GitLab carry no seal:/,
    fix: /^Make a pair of keys with procession init --seal/,
  },
  {
    id: 'process-version-missing',
    given: { settings: SETTINGS.replace(/^service: .*$/m, '') },
    broken: async ({ sandbox, seed }) => {
      const marker = {
        kind: 'epic',
        engagement: 'SOW-7',
        process: 'gone',
        profile: null,
        step: null,
      } as const;
      const epic = sandbox.operations.createEpic(sandbox.user('ada'), seed.group.id, {
        title: 'SOW-7',
        description: '',
        labels: ['SOW-7'],
      });
      const place = placeOf({ id: epic.id, tracking: null });
      const seal = openSeal([SEAL_PAIR.publicKey], SEAL_PAIR.privateKey);
      const line = recordLine({ ...aRecord('SOW-7'), process: 'gone', version: 3 }, place, seal);
      epic.description = writeManagedBlock('', marker, line);
    },
    message: /^SOW-7 runs on version 3 of gone, which is not loaded/,
    fix: /gone\/versions\/3\. procession versions names/,
    exit: 2,
  },
  {
    id: 'webhook-secret-missing',
    env: () => ({ GITLAB_WEBHOOK_SECRETS: '' }),
    message:
      'procession.yml names a service, and GITLAB_WEBHOOK_SECRETS is empty: the service does not start without.',
    fix: /^Make a secret with procession setup --new-secret/,
    exit: 2,
  },
  {
    id: 'gitlab-unreachable',
    broken: ({ sandbox }) => {
      for (let n = 0; n < 4; n += 1) sandbox.faults.failNext({ when: 'before', kind: 'reset' });
    },
    message: /^GET \/user: GitLab could not be reached/,
    fix: /^Check GITLAB_URL, the network and the certificate/,
  },
  {
    id: 'gitlab-unexpected',
    broken: ({ sandbox }) =>
      sandbox.faults.failNext({ when: 'before', kind: 'status', status: 200, body: '<html>Sign in</html>' }),
    message: /^GET \/user: /,
    fix: 'Set GITLAB_URL to the address of GitLab itself, and look at any proxy in between.',
  },
  {
    id: 'gitlab-url-wrong',
    face: 'a group behind it',
    env: ({ url }) => ({ GITLAB_URL: `${url}/services` }),
    message:
      "Nothing at GITLAB_URL answers as GitLab's API does: GET /user: GitLab answered 404 (404 Not Found).",
    fix: 'Set GITLAB_URL to the address of GitLab itself, as the browser shows it on the start page: without /api/v4, and without a group or a project.',
  },
  {
    id: 'gitlab-too-old',
    given: { env: { GITLAB_WEBHOOK_SECRETS: PLAIN_SECRET } },
    broken: ({ data }) => Object.assign(data, { version: '15.11.13-ee' }),
    message: /^This GitLab is 15\.11\.13-ee; Procession needs \d+\.\d+ or newer/,
    fix: 'Upgrade GitLab.',
  },
  {
    id: 'token-invalid',
    env: () => ({ GITLAB_TOKEN: 'glpat-unknown' }),
    message: 'GitLab does not know the token in GITLAB_TOKEN, or it was revoked: nothing works.',
    fix: /^Make a new group access token \(scope api\)/,
  },
  {
    id: 'token-expired',
    broken: (world) => Object.assign(ownToken(world), { expiresOn: inDays(-1) }),
    message: 'The token in GITLAB_TOKEN has expired: nothing works any more.',
    fix: /^Make a new group access token \(scope api\)/,
  },
  {
    id: 'token-user-blocked',
    broken: ({ seed }) => Object.assign(seed.ada.user, { state: 'blocked' }),
    message: /^GitLab lets the user of the token do nothing: .*Your account has been blocked/,
    fix: /unblock the user/,
  },
  {
    id: 'token-scope',
    env: (world) => tokenFor(world, world.seed.ada.user.id, ['read_api']),
    message: 'The token lacks the scope api (it has: read_api), so it can change nothing.',
    fix: /^Scopes of a token cannot be changed: make a new one/,
  },
  {
    id: 'token-expires-soon',
    severity: 'warning',
    broken: (world) => Object.assign(ownToken(world), { expiresOn: inDays(14) }),
    message: `The token expires in 14 days (${inDays(14)}); then nothing works any more.`,
    fix: /^Rotate it: curl .*\/api\/v4\/personal_access_tokens\/self\/rotate\?expires_at=\d{4}-/,
  },
  {
    id: 'token-expires-soon',
    face: 'of a group',
    severity: 'warning',
    broken: ({ data, seed }) => {
      seed.group.members.set(seed.bot.user.id, 50);
      Object.assign(seed.bot.user, { username: 'group_31_bot_5d1e' });
      Object.assign(data.tokens.find(({ value }) => value === seed.bot.token) ?? {}, {
        expiresOn: inDays(1),
      });
    },
    env: ({ seed }) => ({ GITLAB_TOKEN: seed.bot.token }),
    message: `The token expires tomorrow (${inDays(1)}); then nothing works any more.`,
    fix: /"\$GITLAB_URL\/api\/v4\/groups\/31\/access_tokens\/self\/rotate\?expires_at=/,
  },
  {
    id: 'clock-skew',
    face: 'a little',
    severity: 'warning',
    given: { now: () => new Date(Date.now() - 120_000) },
    message: /^The clock of this machine is 1(19|20|21) s ahead of GitLab's/,
    fix: 'Synchronise the clock: timedatectl set-ntp true.',
  },
  {
    id: 'clock-skew',
    face: 'too much',
    given: { now: () => new Date(Date.now() + 400_000) },
    message: /^The clock of this machine is (399|400|401) s behind GitLab's/,
    fix: 'Synchronise the clock: timedatectl set-ntp true.',
  },
  {
    id: 'group-not-found',
    settings: SETTINGS.replace('group: services', 'group: servces'),
    message: /^The group cannot be read: GET \/groups\/servces: GitLab answered 404/,
    fix: /^Correct gitlab\.group in procession\.yml/,
  },
  {
    id: 'project-not-found',
    settings: SETTINGS.replace('services/engagements', 'services/engagement'),
    message: /^The project cannot be read: GET \/projects\/services%2Fengagement: GitLab answered 404/,
    fix: /^Correct gitlab\.project in procession\.yml/,
  },
  {
    id: 'role-too-low',
    broken: ({ seed }) => seed.group.members.set(seed.bot.user.id, 10),
    env: ({ seed }) => ({ GITLAB_TOKEN: seed.bot.token }),
    message: 'The user of the token has the role Guest in the group; epics and issues take Planner or above.',
    fix: /\/groups\/services\/-\/group_members\.$/,
  },
  {
    id: 'group-archived',
    broken: ({ seed }) => Object.assign(seed.group, { archived: true }),
    message: 'The group is archived, so nothing in it can be changed.',
    fix: /^Unarchive it under .*\/groups\/services\/-\/edit/,
  },
  {
    id: 'group-being-deleted',
    broken: ({ seed }) => Object.assign(seed.group, { deletionOn: '2026-12-24' }),
    message: 'The group was deleted and will be gone on 2026-12-24.',
    fix: /^Restore it under/,
  },
  {
    id: 'project-archived',
    broken: ({ seed }) => Object.assign(seed.project, { archived: true }),
    message: 'The project is archived, so nothing in it can be changed.',
    fix: /^Unarchive it under .*\/services\/engagements\/edit/,
  },
  {
    id: 'project-being-deleted',
    broken: ({ seed }) => Object.assign(seed.project, { deletionOn: '2026-12-24' }),
    message: 'The project was deleted and will be gone on 2026-12-24.',
    fix: /^Restore it under/,
  },
  {
    id: 'issues-disabled',
    broken: ({ seed }) => Object.assign(seed.project, { issuesAccessLevel: 'disabled' }),
    message: 'Issues are turned off in the project, so no step can be made.',
    fix: /^Turn them on under .*\/services\/engagements\/edit/,
  },
  {
    id: 'project-outside-group',
    settings: SETTINGS.replace('services/engagements', 'elsewhere/engagements'),
    broken: ({ data, seed }) => {
      data.groups.push({ ...seed.group, id: 99, path: 'elsewhere' });
      data.projects.push({ ...seed.project, id: 98, groupId: 99 });
      data.schedules.push({
        ...(data.schedules[0] as never as (typeof data.schedules)[number]),
        id: 97,
        projectId: 98,
      });
    },
    message: /^The project elsewhere\/engagements is not in the group services/,
    fix: /^Name a project of the group/,
  },
  {
    id: 'emails-disabled',
    face: 'group',
    severity: 'warning',
    broken: ({ seed }) => Object.assign(seed.group, { emailsEnabled: false }),
    message: /^E-mail notifications are turned off in the group/,
    fix: /\/groups\/services\/-\/edit\.$/,
  },
  {
    id: 'emails-disabled',
    face: 'project',
    severity: 'warning',
    broken: ({ seed }) => Object.assign(seed.project, { emailsEnabled: false }),
    message: /^E-mail notifications are turned off in the project/,
    fix: /\/services\/engagements\/edit\.$/,
  },
  {
    id: 'labels-unreadable',
    broken: ({ sandbox }) => {
      for (let n = 1; n <= 2; n += 1)
        sandbox.faults.failNext({
          when: 'before',
          kind: 'status',
          status: 403,
          body: '{"message":"403 Forbidden"}',
          method: 'GET',
          route: '/groups/:id/labels',
        });
    },
    message: /^The labels of the group cannot be read/,
    fix: 'Give the user of the token the role Planner in the group.',
  },
  {
    id: 'labels-missing',
    broken: ({ data }) =>
      void data.labels.splice(
        data.labels.findIndex(({ name }) => name === 'step::kick-off'),
        1,
      ),
    message: 'A label of the group is missing: step::kick-off.',
    fix: 'Run procession setup.',
  },
  {
    id: 'labels-missing',
    face: 'renamed',
    broken: (world) => Object.assign(world.label('workflow::ready'), { name: 'workflow::todo' }),
    message: 'A label of the group is missing: workflow::ready (now called workflow::todo).',
    fix: 'Run procession setup.',
  },
  {
    id: 'labels-changed',
    severity: 'warning',
    broken: (world) => Object.assign(world.label('workflow::ready'), { color: '#ff0000' }),
    message: 'Somebody changed labels of ours: workflow::ready (colour).',
    fix: 'Run procession setup.',
  },
  {
    id: 'labels-foreign',
    severity: 'warning',
    broken: (world) =>
      void world.data.labels.push({
        ...world.label('workflow::ready'),
        id: 99_001,
        name: 'workflow::review',
        description: 'Of the team',
      }),
    message:
      'Labels of your own stand in scopes whose labels Procession sets: workflow::review. An issue can carry only one label of a scope, so they are taken off again.',
    fix: /^Give them a name outside of these scopes/,
  },
  {
    id: 'board-missing',
    severity: 'warning',
    broken: ({ data }) => void data.boards.splice(1, 1),
    message: 'There is no board "Procession: steps" in the group.',
    fix: 'Run procession setup.',
  },
  {
    id: 'board-missing',
    face: 'on Free',
    given: { tier: 'free' },
    severity: 'warning',
    broken: ({ data }) => void data.boards.splice(0),
    message: 'The group has no board yet.',
    fix: /^Open .*\/groups\/services\/-\/boards once/,
  },
  {
    id: 'board-lists-missing',
    severity: 'warning',
    broken: ({ data }) => void data.boards[1]?.lists.splice(1, 2),
    message: 'The board "Procession: steps" lacks lists: workflow::ready and workflow::in progress.',
    fix: 'Run procession setup.',
  },
  {
    id: 'signing-token-unsupported',
    broken: ({ data }) => {
      data.version = '18.11.0-ee';
      Object.assign(data.hooks[0] ?? {}, { token: PLAIN_SECRET });
    },
    message: /^The first of GITLAB_WEBHOOK_SECRETS is a signing token, and GitLab 18\.11\.0-ee cannot sign/,
    fix: /^Put a secret without whsec_ first/,
  },
  {
    id: 'webhooks-unreadable',
    severity: 'warning',
    env: ({ seed }) => ({ GITLAB_TOKEN: seed.bot.token }),
    message: /^The webhooks of the group cannot be read with this token/,
    fix: /^Run procession doctor with a token of an Owner of the group/,
  },
  {
    id: 'webhook-missing',
    broken: ({ data }) => void data.hooks.splice(0),
    message: `No webhook calls ${HOOK_URL}: changes in GitLab are only seen by the sweep.`,
    fix: 'Run procession setup.',
  },
  {
    id: 'webhook-elsewhere',
    broken: (world) =>
      Object.assign(hook(world), { url: 'https://old.example.com/webhooks/gitlab?key=canary' }),
    message: `No webhook calls ${HOOK_URL}, which service.url in procession.yml makes it; the group webhook 201 calls https://old.example.com/webhooks/gitlab.`,
    fix: /^Correct the one that is wrong: .*\/groups\/services\/-\/hooks\/201\/edit\./,
  },
  {
    id: 'webhook-disabled',
    face: 'for good',
    broken: (world) => Object.assign(hook(world), { failures: 40 }),
    message: 'GitLab has disabled the group webhook for good, because deliveries kept failing.',
    fix: /^Make the service reachable for GitLab at https:\/\/procession\.example\.com\/webhooks\/gitlab, then run procession setup/,
  },
  {
    id: 'webhook-disabled',
    face: 'for a while',
    broken: (world) => Object.assign(hook(world), { failures: 4, disabledUntil: '2099-01-01T00:00:00.000Z' }),
    message:
      'GitLab has disabled the group webhook until 2099-01-01T00:00:00.000Z, because deliveries kept failing.',
    fix: /then run procession setup/,
  },
  {
    id: 'webhook-failing',
    given: { deliver: async () => new Response('no', { status: 401 }) },
    broken: async ({ sandbox, seed }) => {
      sandbox.operations.createIssue(seed.mira.user, seed.project.id, { title: 'One' });
      await sandbox.settled();
    },
    message: 'A delivery of the group webhook failed in the last 24 hours; the newest was answered: 401.',
    fix: /^Give the webhook the first of GITLAB_WEBHOOK_SECRETS: procession setup --renew-secret\./,
  },
  {
    id: 'webhook-events',
    broken: (world) => Object.assign(hook(world), { noteEvents: false, confidentialNoteEvents: false }),
    message: /^The webhook does not send comments, confidential comments:/,
    fix: 'Run procession setup.',
  },
  {
    id: 'webhook-without-secret',
    broken: (world) => Object.assign(hook(world), { signingToken: null }),
    message: 'The group webhook has no secret, so the service refuses its deliveries.',
    fix: 'Run procession setup.',
  },
  {
    id: 'schedule-unreadable',
    severity: 'warning',
    broken: ({ seed }) => seed.group.members.set(seed.bot.user.id, 15),
    given: { settings: SETTINGS.replace(/service:.*/u, '') },
    env: ({ seed }) => ({ GITLAB_TOKEN: seed.bot.token }),
    message: /^The pipeline schedules cannot be read with this token/,
    fix: 'Run procession doctor with a token of a Developer of the project.',
  },
  {
    id: 'schedule-missing',
    face: 'without a service',
    given: { settings: SETTINGS.replace(/service:.*/u, '') },
    broken: ({ data }) => void data.schedules.splice(0),
    message: 'No pipeline schedule sweeps, and there is no service: nothing runs by itself.',
    fix: 'Run procession setup.',
  },
  {
    id: 'schedule-missing',
    face: 'beside a service',
    severity: 'warning',
    broken: ({ data }) => void data.schedules.splice(0),
    message: 'No pipeline schedule sweeps: while the service is away, nothing runs.',
    fix: 'Run procession setup.',
  },
  {
    id: 'schedule-inactive',
    broken: (world) => Object.assign(schedule(world), { active: false }),
    message: 'The pipeline schedule that sweeps is switched off.',
    fix: 'Run procession setup.',
  },
  {
    id: 'schedule-owner-blocked',
    face: 'blocked',
    broken: (world) => {
      Object.assign(schedule(world), { ownerId: world.seed.otto.user.id });
      world.seed.otto.user.state = 'blocked';
    },
    message: 'otto, who is blocked, owns the pipeline schedule that sweeps: GitLab does not run it.',
    fix: /^Run procession setup with a token of a Maintainer/,
  },
  {
    id: 'schedule-owner-blocked',
    face: 'gone',
    broken: (world) => Object.assign(schedule(world), { ownerId: null }),
    message: 'Nobody owns the pipeline schedule that sweeps: GitLab does not run it.',
    fix: /^Run procession setup with a token of a Maintainer/,
  },
  {
    id: 'schedule-never-ran',
    broken: (world) => Object.assign(schedule(world), { createdAt: `${inDays(-3)}T09:00:00.000Z` }),
    message: `The pipeline schedule that sweeps has never made a pipeline since ${inDays(-3)}.`,
    fix: /^See whether \.gitlab-ci\.yml is on the branch main/,
  },
  {
    id: 'schedule-sweeps-nothing',
    broken: ({ folder }) =>
      writeFile(
        join(folder, '.gitlab-ci.yml'),
        `${KEEPS_WAITING}include:\n  - component: $CI_SERVER_FQDN/acme/procession/procession@1.0.0\n    inputs: { image: x, sweep_on: Putzen }\n`,
      ),
    message:
      'No pipeline schedule sweeps: sweep_on in .gitlab-ci.yml is Putzen, and the schedule "Procession: sweep" runs check and report.',
    fix: 'Leave sweep_on out, or let it fit the schedule that procession setup makes: sweep_on: sweep.',
  },
  {
    id: 'schedule-owner-role',
    broken: (world) => {
      Object.assign(schedule(world), { ownerId: world.seed.eli.user.id });
      world.seed.project.protection = { developersCanPush: false, developersCanMerge: false };
    },
    message:
      'eli owns the pipeline schedule that sweeps and has the role Developer, which may not run pipelines on the protected branch main: GitLab makes none.',
    fix: /^Allow Developers to merge into main under .*-\/settings\/repository, or run procession setup/,
  },
  {
    id: 'triggers-canceled',
    severity: 'warning',
    broken: ({ folder }) => writePipeline(folder, ''),
    message: /^A push cancels trigger pipelines that still wait for a runner/,
    fix: /^Write workflow: \{ auto_cancel: \{ on_new_commit: none \} \} into \.gitlab-ci\.yml, or turn off .*\/-\/settings\/ci_cd\./,
  },
  {
    id: 'triggers-unseen',
    severity: 'warning',
    given: { settings: SETTINGS.replace(/^service: .*$/m, '') },
    broken: async (world) => {
      await writePipeline(world.folder, KEEPS_WAITING);
      world.data.schedules[0]!.ownerId = world.seed.mira.user.id;
    },
    env: (world) => {
      const planner = world.sandbox.user('casey');
      world.seed.group.members.set(planner.id, 15);
      world.seed.project.members.set(planner.id, 15);
      return tokenFor(world, planner.id, ['api']);
    },
    besides: ['schedule-unreadable'],
    message: /^The user of the token has the role Planner in the project and may not see pipelines/,
    fix: /^Raise it to Reporter under .*-\/project_members\./,
  },
  {
    id: 'triggers-refused',
    severity: 'warning',
    given: { settings: SETTINGS.replace(/^service: .*$/m, '') },
    broken: async (world) => {
      await writePipeline(world.folder, KEEPS_WAITING);
      world.data.version = '18.2.1-ee';
      world.seed.project.pipelineVariablesRole = null;
    },
    message: /^Nobody may use pipeline variables in the project, and GitLab 18\.2\.1-ee may refuse triggers/,
    fix: /^Upgrade GitLab to 18\.5, or let the role of who made the trigger token use pipeline variables under/,
  },
  {
    id: 'schedule-failing',
    broken: (world) =>
      Object.assign(schedule(world), {
        lastPipeline: { id: 8, status: 'failed', createdAt: '2026-11-20T10:00:00.000Z' },
      }),
    message: 'The last pipeline of the schedule that sweeps (2026-11-20T10:00:00.000Z) ended as failed.',
    fix: /^Read its log: .*\/pipelines\/8\.$/,
  },
  {
    id: 'role-user-unknown',
    given: { settings: SETTINGS.replace('noor', 'nora') },
    message: 'Nobody in GitLab is called nora (roles.engineer in procession.yml).',
    fix: /^Correct the username/,
  },
  {
    id: 'role-user-blocked',
    broken: ({ seed }) => Object.assign(seed.noor.user, { state: 'blocked' }),
    message: 'noor (roles.engineer) is blocked in GitLab and cannot do a step.',
    fix: /^Put somebody else into procession\.yml/,
  },
  {
    id: 'role-user-not-member',
    given: { settings: SETTINGS.replace('noor', 'otto') },
    message: 'otto (roles.engineer) is no member of the project, so GitLab assigns nothing to them.',
    fix: /\/services\/engagements\/-\/project_members as Planner or above\.$/,
  },
  {
    id: 'role-empty',
    severity: 'warning',
    given: { settings: SETTINGS.replace('manager: [mira]', 'manager: []') },
    message: /^Nobody has the role manager: unless the SOW names somebody/,
    fix: 'Name somebody in procession.yml: roles: { manager: [username] }.',
  },
  {
    id: 'role-empty',
    face: 'of a role that the settings do not name',
    severity: 'warning',
    given: { settings: SETTINGS.replace(', finance: []', '') },
    message: 'Nobody has the role finance: unless the SOW names somebody, those steps go to the manager.',
    fix: 'Name somebody in procession.yml: roles: { finance: [username] }, or nobody on purpose: [].',
  },
  {
    id: 'reviewer-is-engine',
    given: { settings: SETTINGS.replace('gitlab: {', 'gitlab: { reviewer: procession-bot,') },
    env: (world) => {
      world.seed.group.members.set(world.seed.bot.user.id, 15);
      world.seed.project.members.set(world.seed.bot.user.id, 15);
      return { GITLAB_TOKEN: world.seed.bot.token };
    },
    besides: ['webhooks-unreadable', 'schedule-unreadable'],
    message: /^gitlab\.reviewer in procession\.yml is procession-bot, the user of this very token/,
    fix: /^Make a user of its own with the role Reporter for PROCESSION_MERGE_REQUEST_TOKEN/,
  },
  {
    id: 'reviewer-role-too-high',
    given: { settings: SETTINGS.replace('gitlab: {', 'gitlab: { reviewer: noor,') },
    message: /^noor \(gitlab\.reviewer\) has the role Developer in the project: whoever can push a branch/,
    fix: /^Lower it to Reporter under .*-\/project_members\.$/,
  },
  {
    id: 'role-user-unknown',
    face: 'the reviewer',
    given: { settings: SETTINGS.replace('gitlab: {', 'gitlab: { reviewer: nobody-here,') },
    message: 'Nobody in GitLab is called nobody-here (gitlab.reviewer in procession.yml).',
    fix: /^Correct the username/,
  },
  {
    id: 'database-unreachable',
    face: 'SQLite',
    broken: async ({ folder }) => {
      await mkdir(join(folder, 'data'));
      await writeFile(
        join(folder, 'data/procession.db'),
        'this is no database, but long enough to be looked at',
      );
    },
    message: /procession\.db: the file is not an SQLite database/,
    fix: /PROCESSION_DATA names another folder/,
  },
  {
    id: 'database-unreachable',
    face: 'PostgreSQL',
    env: () => ({ DATABASE_URL: 'postgres://procession:canary-password@127.0.0.1:1/procession' }),
    message: /^The store of deliveries cannot be used: .*ECONNREFUSED/,
    fix: 'Start the database, or correct DATABASE_URL.',
  },
];

describe('doctor', () => {
  it('finds nothing wrong with what setup has made', async () => {
    world = await startInstallation();
    await world.setup();
    const { code, problems } = await world.doctor();

    expect({ code, problems }).toEqual({ code: 0, problems: [] });
  });

  it('finds nothing wrong with what setup has made on GitLab Free', async () => {
    world = await startInstallation({ tier: 'free' });
    await world.setup();
    const { code, problems } = await world.doctor();

    expect({ code, problems }).toEqual({ code: 0, problems: [] });
  });

  it.each(
    CASES.map(
      (given) => [`${given.id}${given.face === undefined ? '' : ` (${given.face})`}`, given] as const,
    ),
  )('sees %s, exactly that, with its fix, and writes nothing', async (_, given) => {
    const { id, severity = 'error', message, fix, besides = [] } = given;
    world = await startInstallation(given.given);
    await world.setup([], {});
    if (given.settings !== undefined) await writeFile(join(world.folder, 'procession.yml'), given.settings);
    await given.broken?.(world);
    const env = given.env?.(world) ?? {};
    world.sandbox.ledger.clear();

    const { code, problems } = await world.doctor(env);

    expect(problems.filter((problem) => !besides.includes(problem.id))).toEqual([
      {
        id,
        area: expect.any(String),
        severity,
        message: expect.stringMatching(whole(message)),
        fix: expect.stringMatching(whole(fix)),
      },
    ]);
    expect(code).toBe(severity === 'warning' ? 0 : (given.exit ?? 4));
    expect(world.writes()).toEqual([]);
  });

  it('warns of the token of a person', async () => {
    world = await startInstallation();
    await world.setup();
    const { code, stdout } = await world.run(['doctor']);

    expect(code).toBe(0);
    expect(stdout).toContain('The token belongs to a person (ada)');
    expect(stdout).toContain('1 warning.');
  });
});

describe('the place of deals', () => {
  const DEALS = `${SETTINGS}\ndeals: { project: sales/deals }`;

  function withPlace(): void {
    addPlace(world.sandbox, 'sales', { project: 'deals', people: { ada: 50, mira: 40 } });
  }

  it('is set up as the other is, and nothing is wrong with it then', async () => {
    world = await startInstallation({ settings: DEALS });
    withPlace();
    const { code, stderr, document } = await world.setup();
    const again = await world.setup();
    const { problems } = await world.doctor();

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(again.document.actions).toEqual([]);
    expect(document.links.map(({ text }) => text)).toContain('Deals: Board of the engineers, by state');
    const sales = world.data.groups.find(({ path }) => path === 'sales')?.id;
    const labels = world.data.labels.filter(({ groupId }) => groupId === sales).map(({ name }) => name);
    expect(labels).toEqual(expect.arrayContaining(['process::quote-to-signoff', 'role::account-manager']));
    const boards = world.data.boards.filter(({ groupId }) => groupId === sales).map(({ name }) => name);
    expect(boards).toEqual(expect.arrayContaining(['Procession: steps', 'Procession: roles']));
    expect(world.data.hooks.map(({ groupId }) => groupId)).toEqual([world.seed.group.id, sales]);
    const inSales = world.data.projects.find(
      ({ path, groupId }) => path === 'deals' && groupId === sales,
    )?.id;
    expect(world.data.schedules.map(({ projectId }) => projectId)).toEqual([inSales]);
    expect(problems.filter(({ message }) => message.includes('eal'))).toEqual([]);
  });

  it('is told by its name where something is missing there', async () => {
    world = await startInstallation({ settings: DEALS });
    const { problems, code } = await world.doctor();

    expect(code).toBe(4);
    expect(problems).toContainEqual(
      expect.objectContaining({
        id: 'project-not-found',
        message: expect.stringContaining('Deals (sales/deals): The project cannot be read'),
        fix: expect.stringContaining('deals.project'),
      }),
    );
  });

  it.each([
    ['missing', (hooks: unknown[]) => void hooks.splice(1), 'webhook-missing'],
    [
      'disabled',
      ([, hook]: object[]) =>
        void Object.assign(hook ?? {}, { disabledUntil: '2999-01-01T00:00:00.000Z', failures: 4 }),
      'webhook-disabled',
    ],
  ])('has a webhook of its own, and is told when it is %s', async (_, breakIt, id) => {
    world = await startInstallation({ settings: DEALS });
    withPlace();
    await world.setup();
    breakIt(world.data.hooks);

    const { problems } = await world.doctor();
    expect(problems.filter(({ area }) => area === 'webhook')).toMatchObject([
      { id, message: expect.stringMatching(/^Deals \(sales\/deals\): /) },
    ]);
  });

  it('has the schedule, whose log names deals, and is told when it is switched off', async () => {
    world = await startInstallation({ settings: DEALS });
    withPlace();
    await world.setup();
    Object.assign(schedule(world), { active: false });

    const { problems } = await world.doctor();
    expect(problems.filter(({ area }) => area === 'schedule')).toMatchObject([
      {
        id: 'schedule-inactive',
        message: 'Deals (sales/deals): The pipeline schedule that sweeps is switched off.',
      },
    ]);
  });

  it.each([
    {
      id: 'deals-among-deliveries',
      deals: '{ large_from: 50000 }',
      label: null,
      says: 'Deals live where deliveries do',
    },
    {
      id: 'deals-readable',
      deals: '{ group: services, project: services/deals }',
      label: null,
      says: 'not apart: whoever is a member of services is a member of services too',
    },
    {
      id: 'deals-left-behind',
      deals: '{ project: sales/deals }',
      label: engagementLabel('DEAL-7'),
      says: 'before they had one of their own: DEAL-7',
    },
  ])('is warned of: $id', async ({ id, deals, label, says }) => {
    world = await startInstallation({ settings: `${SETTINGS}\ndeals: ${deals}` });
    withPlace();
    if (label !== null)
      world.data.labels.push({ ...label, id: 9_001, groupId: world.seed.group.id, projectId: null });
    const { problems } = await world.doctor();

    expect(problems.filter((one) => one.id === id)).toMatchObject([
      { severity: 'warning', message: expect.stringContaining(says) },
    ]);
  });
});

describe('the roles of deals', () => {
  it.each([
    { deals: '', told: [] },
    { deals: '\ndeals: { process: quote-to-signoff }', told: ['account-manager', 'legal'] },
    { deals: '\ndeals: { project: sales/deals }', told: ['account-manager', 'legal'] },
  ])('that nobody has are told where the settings speak of deals: "$deals"', async ({ deals, told }) => {
    world = await startInstallation({ settings: `${SETTINGS}${deals}` });
    addPlace(world.sandbox, 'sales', { project: 'deals', people: { ada: 50, mira: 40 } });
    const { problems } = await world.doctor();

    const empty = problems.filter(({ id }) => id === 'role-empty').map(({ message }) => message);
    expect(['account-manager', 'legal'].filter((role) => empty.join('\n').includes(role))).toEqual(told);
  });

  it.each([
    { roles: 'nobody else', settings: SETTINGS, told: true },
    {
      roles: 'the same person',
      settings: SETTINGS.replace('finance: []', 'account-manager: [Mira], finance: []'),
      told: true,
    },
    {
      roles: 'somebody else',
      settings: SETTINGS.replace('finance: []', 'account-manager: [eli], finance: []'),
      told: false,
    },
    {
      roles: 'one more',
      settings: SETTINGS.replace('finance: []', 'account-manager: [mira, eli], finance: []'),
      told: false,
    },
  ])(
    'of which one approves the work of the other warn where $roles has the other',
    async ({ settings, told }) => {
      world = await startInstallation({ settings: `${settings}\ndeals: { process: quote-to-signoff }` });
      const { problems } = await world.doctor();

      const message =
        'mira alone does "Rough estimate" (role account-manager) and alone approves it (role manager), which nobody may who did it.';
      const alone = {
        id: 'approval-alone',
        message,
      };
      expect(problems.filter(({ id }) => id === alone.id)).toMatchObject(told ? [alone] : []);
    },
  );
});
