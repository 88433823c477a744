import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Config, gitlabAccess, loadConfig } from '#config/load-config.ts';
import { ConfigError } from '#domain/base/errors.ts';
import { formatProblem } from '#domain/base/input-problem.ts';

const FILE = `gitlab:
  group: acme/services
  project: acme/services/engagements
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'procession-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

type Env = Readonly<Record<string, string | undefined>>;

function load(env: Env = {}, file?: string | Uint8Array): Config {
  if (file !== undefined) writeFileSync(join(folder, 'procession.yml'), file);
  return loadConfig(env, { folder });
}

function problems(env: Env = {}, file?: string | Uint8Array): readonly string[] {
  try {
    load(env, file);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => formatProblem(problem).replaceAll(folder, '.'));
  }
}

describe('config/load-config', () => {
  it('refuses one stage of a CRM that two maps give different meanings', () => {
    expect(() =>
      load(
        {},
        'gitlab: { group: a, project: a/b }\ncrm: { one: { stages: { Commit: negotiating } }, two: { stages: { Commit: signature } } }\n',
      ),
    ).toThrow(
      /crm\.two\.stages\.Commit: expected negotiating, which crm\.one\.stages says it is, got signature/,
    );
  });

  it.each<[string, Env, object]>([
    ['nobody', {}, { kind: 'off' }],
    ['nobody, although there is a password', { PROCESSION_PAGES_PASSWORD: 'x'.repeat(16) }, { kind: 'off' }],
    ['whom a proxy lets through', { PROCESSION_PAGES: 'proxy' }, { kind: 'proxy' }],
  ])('lets see the pages: %s', (_, env, pages) => {
    expect(load(env).pages).toEqual(pages);
  });

  it('lets see the pages who knows the password, which does not print', () => {
    const { pages } = load({
      PROCESSION_PAGES: 'password',
      PROCESSION_PAGES_PASSWORD: 'canary-of-a-password',
    });

    expect(pages.kind === 'password' && pages.password.reveal()).toBe('canary-of-a-password');
    expect(inspect(pages) + JSON.stringify(pages)).not.toContain('canary');
  });

  it.each<[Env, string]>([
    [{ PROCESSION_PAGES: 'on' }, 'PROCESSION_PAGES: expected one of off, password, proxy, got "on"'],
    [{ PROCESSION_PAGES: 'password' }, 'PROCESSION_PAGES_PASSWORD: is missing'],
    [
      { PROCESSION_PAGES: 'password', PROCESSION_PAGES_PASSWORD: 'canary' },
      'PROCESSION_PAGES_PASSWORD: expected at least 16 characters, got 6',
    ],
  ])('refuses pages that would be open by mistake: %j', (env, problem) => {
    const found = problems(env).join('\n');

    expect(found).toContain(problem);
    expect(found).not.toContain('canary');
  });

  it('has defaults for everything when there is nothing', () => {
    expect(load()).toEqual({
      gitlabUrl: null,
      gitlabToken: null,
      gitlabGuestToken: null,
      gitlabWebhookSecrets: [],
      crmWebhookSecrets: [],
      sealKey: null,
      sealKeys: [],
      databaseUrl: null,
      dataFolder: 'data',
      host: '127.0.0.1',
      port: 3000,
      logLevel: 'info',
      pages: { kind: 'off' },
      ci: expect.objectContaining({ isJob: false }),
      configFile: null,
      group: null,
      project: null,
      launch: { choices: [], otherwise: { process: 'delivery', profile: null } },
      roles: {},
      calendar: {
        timeZone: 'UTC',
        weekend: ['sat', 'sun'],
        holidays: [],
        workingHours: { from: '09:00', to: '17:00' },
      },
      hours: { notice: 75, attention: 90, limit: 100 },
      reminders: { enabled: true, daysBefore: 1, daysAfter: 1, escalateAfter: 3, perDay: 3, quiet: [] },
      moveDates: 'ask',
      labels: {},
      policy: { mode: 'enforce', brakes: { reopen: 5, close: 10, create: 40, engagements: 5 } },
      commands: {},
      limits: {},
      reviewer: null,
      deals: { stages: {}, largeFrom: null, process: null, place: null, inReports: false },
      serviceUrl: null,
      showAmounts: false,
      amendments: 'ask',
      changeKinds: {},
      formerUsers: [],
      templates: 'issue_templates',
    });
  });

  it('reads all of procession.yml', () => {
    const config = load(
      {},
      `${FILE}process: quote-to-signoff
profile: strict
roles: { manager: [mira, ada.b], engineer: [], finance: }
calendar: { time_zone: Europe/Berlin, weekend: [fri, sat], holidays: [2026-12-25], working_hours: { from: 08:30, to: 16:00 } }
reminders: { days_before: 0, escalate_after: 5, quiet: [{ from: 2026-12-20, to: 2027-01-06 }] }
labels: { workflow: ps-workflow, health: 'ps::health' }
policy: { mode: shadow, brakes: { close: 2 } }
crm: { salesforce: { stages: { Commit: negotiating } } }
deals: { large_from: 50000, process: quote-to-signoff, project: acme/sales/deals }
show_amounts: true
templates: processes
`,
    );

    expect(config).toMatchObject({
      configFile: 'procession.yml',
      group: 'acme/services',
      project: 'acme/services/engagements',
      launch: { choices: [], otherwise: { process: 'quote-to-signoff', profile: 'strict' } },
      calendar: {
        timeZone: 'Europe/Berlin',
        weekend: ['fri', 'sat'],
        holidays: ['2026-12-25'],
        workingHours: { from: '08:30', to: '16:00' },
      },
      reminders: {
        enabled: true,
        daysBefore: 0,
        escalateAfter: 5,
        quiet: [{ from: '2026-12-20', to: '2027-01-06' }],
      },
      labels: { workflow: 'ps-workflow', health: 'ps::health' },
      policy: { mode: 'shadow', brakes: { reopen: 5, close: 2, create: 40, engagements: 5 } },
      deals: {
        stages: { Commit: 'negotiating' },
        largeFrom: 50_000,
        process: 'quote-to-signoff',
        place: { group: 'acme/sales', project: 'acme/sales/deals' },
      },
      showAmounts: true,
      templates: 'processes',
    });
    expect(config.roles).toEqual({ manager: ['mira', 'ada.b'], engineer: [] });
  });

  it.each([
    [
      'a group and a project in it',
      'group: acme, project: acme/sales/deals',
      { group: 'acme', project: 'acme/sales/deals' },
    ],
    [
      'a project, in the group that it stands in',
      'project: acme/sales/deals',
      { group: 'acme/sales', project: 'acme/sales/deals' },
    ],
    ['both by their ids', 'group: 7, project: 12', { group: '7', project: '12' }],
    [
      'the project of everything else, which is no place of their own',
      'project: acme/services/engagements',
      null,
    ],
  ])('reads where deals live: %s', (_, deals, place) => {
    expect(load({}, `${FILE}deals: { ${deals} }\n`).deals.place).toEqual(place);
  });

  it('wants to know both of where deals live', () => {
    expect(problems({}, `${FILE}deals: { group: acme/sales }\n`)).toEqual([
      expect.stringContaining('deals.group: expected `project` beside it'),
    ]);
    expect(problems({}, `${FILE}deals: { project: 12 }\n`)).toEqual([
      expect.stringContaining('deals.project: expected `group` beside it'),
    ]);
  });

  it('reads by which conditions which process starts, in their order', () => {
    const { launch } = load(
      {},
      `${FILE}processes:
  - { when: { deployment: none, services.sku: [TR-1, TR-2] }, process: training }
  - { when: { type: fixed }, process: delivery, profile: strict }
`,
    );

    expect(launch).toEqual({
      choices: [
        {
          when: { deployment: 'none', 'services.sku': ['TR-1', 'TR-2'] },
          process: 'training',
          profile: null,
        },
        { when: { type: 'fixed' }, process: 'delivery', profile: 'strict' },
      ],
      otherwise: { process: 'delivery', profile: null },
    });
  });

  it('tells what no SOW can ever be, where a process is chosen by it', () => {
    expect(
      problems(
        {},
        `${FILE}processes:
  - { when: { services: [training] }, process: training }
  - { when: { typ: sku }, process: training }
  - { when: {}, process: training }
`,
      ),
    ).toEqual([
      'procession.yml:5 processes[0].when.services: "services" holds fields of its own, so it equals nothing. Fix: Ask for one of its fields, or { present: true }.',
      'procession.yml:6 processes[1].when.typ: a SOW has no field "typ". Fix: Did you mean "type"?',
      'procession.yml:7 processes[2].when: the condition asks nothing. Fix: Name a field in it, or leave it out: then it always holds.',
    ]);
  });

  it('takes ids of group and project', () => {
    expect(load({}, 'gitlab: { group: 42, project: 7 }')).toMatchObject({ group: '42', project: '7' });
  });

  it('reads the environment', () => {
    const config = load({
      GITLAB_URL: ' https://example.com/gitlab/ ',
      CI_SERVER_URL: 'https://other.example.com',
      GITLAB_TOKEN: 'glpat-1',
      GITLAB_WEBHOOK_SECRETS: 'plain-one-that-is-long, whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,',
      CRM_WEBHOOK_SECRETS: '',
      DATABASE_URL: 'postgres://u:p@db/procession',
      PROCESSION_DATA: '/var/lib/procession',
      HOST: '0.0.0.0',
      PORT: '0',
      LOG_LEVEL: 'DEBUG',
    });

    expect(config).toMatchObject({
      gitlabUrl: 'https://example.com/gitlab',
      dataFolder: '/var/lib/procession',
      host: '0.0.0.0',
      port: 0,
      logLevel: 'debug',
    });
    expect(config.gitlabToken?.reveal()).toBe('glpat-1');
    expect(config.gitlabWebhookSecrets.map((secret) => secret.reveal())).toEqual([
      'plain-one-that-is-long',
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    ]);
    expect(config.crmWebhookSecrets).toEqual([]);
    expect(config.databaseUrl?.reveal()).toBe('postgres://u:p@db/procession');
  });

  it('takes the address of the CI server when GITLAB_URL is not set or empty', () => {
    expect(load({ GITLAB_URL: '', CI_SERVER_URL: 'https://gitlab.example.com' }).gitlabUrl).toBe(
      'https://gitlab.example.com',
    );
  });

  it('reads secrets from files', () => {
    writeFileSync(join(folder, 'token'), 'glpat-from-file\n');

    expect(load({ GITLAB_TOKEN_FILE: join(folder, 'token') }).gitlabToken?.reveal()).toBe('glpat-from-file');
  });

  it('never shows a secret', () => {
    const config = load({
      GITLAB_TOKEN: 'hush-1',
      GITLAB_WEBHOOK_SECRETS: 'hush-2-hush-2-hush-2',
      DATABASE_URL: 'postgres://hush-3@db/x',
    });

    const shown = [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      String(config.gitlabToken),
      String(config.databaseUrl),
    ];
    for (const text of shown) expect(text).not.toContain('hush');
    expect(JSON.stringify(Object.entries(config.gitlabToken ?? {}))).not.toContain('hush');
    expect(
      problems({
        GITLAB_TOKEN: 'hush 1',
        GITLAB_WEBHOOK_SECRETS: 'whsec_hush,hush two',
        DATABASE_URL: 'mysql://hush@db',
        GITLAB_URL: 'https://u:hush@x',
      }).join('\n'),
    ).not.toContain('hush');
    expect(problems({}, `${FILE}gitlab_token: hush\n`)).toEqual([
      'procession.yml:4 gitlab_token: unknown field. Fix: Secrets do not belong here: use GITLAB_TOKEN, GITLAB_WEBHOOK_SECRETS or CRM_WEBHOOK_SECRETS, and renew one that was committed.',
    ]);
  });

  const LONG = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  it.each([
    [`v1,${LONG}`, 'number 1: expected at least 16 characters, got 2; "v1," belongs to a signature'],
    ['x', 'number 1: expected at least 16 characters, got 1'],
    [`a-plain-secret-1,fifteen-letters`, 'number 2: expected at least 16 characters, got 15'],
    [`"${LONG}"`, 'number 1: expected a secret without quotes around it'],
    [`'${LONG}','${LONG}'`, 'number 2: expected a secret without quotes around it'],
    [`v1:${LONG}`, 'number 1: expected whsec_ at the very beginning'],
    [LONG.replace('whsec_', 'WHSEC_'), 'number 1: expected whsec_ at the very beginning'],
    ['$GITLAB_WEBHOOK_SECRET', 'number 1: expected a secret, got the name of a variable'],
  ])('refuses the webhook secrets %s at the start, and does not show them', (value, expected) => {
    const told = problems({ GITLAB_WEBHOOK_SECRETS: value }).join('\n');

    expect(told).toContain(`GITLAB_WEBHOOK_SECRETS: ${expected}`);
    expect(told).not.toContain('MfKQ9r8G');
  });

  it('refuses a token in quotes', () => {
    expect(problems({ GITLAB_TOKEN: '"glpat-abc"' })).toEqual([
      'GITLAB_TOKEN: expected a token without quotes around it. Fix: Take the quotes away.',
    ]);
  });

  it('understands a word of the settings in another spelling', () => {
    expect(load({}, 'gitlab: { group: a, project: b }\npolicy: { mode: Enforce }')).toMatchObject({
      policy: { mode: 'enforce' },
    });
    expect(problems({}, `${FILE}policy: { mode: enfroce }\n`)).toEqual([
      expect.stringContaining('Did you mean "enforce"?'),
    ]);
  });

  it.each([
    ['https://gitlab.example.com/api/v4', 'https://gitlab.example.com'],
    ['https://gitlab.example.com/api/v4/', 'https://gitlab.example.com'],
    ['https://example.com/gitlab/api/v4/projects', 'https://example.com/gitlab'],
    ['https://example.com/gitlab/api', 'https://example.com/gitlab'],
    ['https://gitlab.example.com/acme/services/-/issues', 'https://gitlab.example.com/acme/services'],
  ])('names what is too much in GITLAB_URL %s', (url, meant) => {
    const [problem, ...others] = problems({ GITLAB_URL: url });

    expect(problem).toMatch(/^GITLAB_URL: expected the address of GitLab itself, got "https:/);
    expect(problem).toContain(
      meant.endsWith('services') ? 'without a group or a project' : `Did you mean "${meant}"?`,
    );
    expect(others).toEqual([]);
  });

  it('tells every problem of environment and file at once', () => {
    expect(
      problems(
        {
          PORT: '99999',
          LOG_LEVEL: 'warning',
          GITLAB_URL: 'gitlab.example.com',
          GITLAB_TOKEN: 'a',
          GITLAB_TOKEN_FILE: 'b',
          CRM_WEBHOOK_SECRETS_FILE: join(folder, 'none'),
        },
        `gitlab:
  group: https://gitlab.example.com/acme
  projekt: acme/services
process: Delivery
roles:
  manager: ['@mira']
  Engineer: [eli]
calendar:
  time_zone: Europe/Berlim
  weekend: [mon, tue, wed, thu, fri, sat, sun]
  holidays: [2026-02-30]
labels:
  workflwo: x
  role: step
  health: 'a::b,c'
policy: { mode: enforced, brakes: { close: -1 } }
show_amounts: 'yes'
polcy: {}
`,
      ),
    ).toEqual([
      'GITLAB_URL: expected the web address of GitLab, got "gitlab.example.com". Fix: Write it like https://gitlab.example.com.',
      'GITLAB_TOKEN: is set, and GITLAB_TOKEN_FILE too. Fix: Keep one of them.',
      'CRM_WEBHOOK_SECRETS_FILE: there is no such file: ./none. Fix: Check the name.',
      'PORT: expected a port from 0 to 65535, got "99999". Fix: Leave it out for 3000.',
      'LOG_LEVEL: expected one of trace, debug, info, warn, error, fatal, silent, got "warning". Fix: Did you mean "warn"?',
      'procession.yml:1 gitlab.project: is missing: expected the path of the project. Fix: Write it like acme/services/engagements.',
      'procession.yml:2 gitlab.group: expected the path of the group, got "https://gitlab.example.com/acme". Fix: Write it like acme/services.',
      'procession.yml:3 gitlab.projekt: unknown field. Fix: Did you mean "project"?',
      'procession.yml:4 process: expected lower-case words with dashes, got "Delivery". Fix: Write it like account-manager.',
      'procession.yml:6 roles.manager[0]: expected a GitLab username without @, got "@mira". Fix: Write it like ada.',
      'procession.yml:7 roles.Engineer: expected lower-case words with dashes, got "Engineer". Fix: Write it like account-manager.',
      'procession.yml:9 calendar.time_zone: expected a time zone, got "Europe/Berlim". Fix: Write it like Europe/Berlin.',
      'procession.yml:10 calendar.weekend: expected at least one working day in the week, got a list of 7',
      'procession.yml:11 calendar.holidays[0]: expected a date that exists, written YYYY-MM-DD, got "2026-02-30". Fix: Write it like 2026-12-25.',
      'procession.yml:13 labels.workflwo: unknown field. Fix: Did you mean "workflow"?',
      'procession.yml:14 labels.role: expected a scope of its own, but the labels of "step" begin with it, got "step"',
      'procession.yml:15 labels.health: expected the scope of a label without its value, got "a::b,c". Fix: Write it like ps-workflow.',
      'procession.yml:16 policy.mode: expected one of enforce, warn, shadow, got "enforced". Fix: Did you mean "enforce"?',
      'procession.yml:16 policy.brakes.close: expected at least 0, got -1',
      'procession.yml:17 show_amounts: expected true or false, got "yes". Fix: Write true or false, without quotes.',
      'procession.yml:18 polcy: unknown field. Fix: Did you mean "policy"?',
    ]);
  });

  it.each([
    [
      'labels: { role: step }',
      'procession.yml:4 labels.role: expected a scope of its own, but the labels of "step" begin with it, got "step"',
    ],
    [
      "labels: { role: ps, workflow: 'ps::workflow' }",
      'procession.yml:4 labels.role: expected a scope of its own, but the labels of "workflow" begin with it, got "ps"',
    ],
    ['labels: { role: step, step: role }', ''],
  ])('keeps scopes apart: %s', (line, expected) => {
    expect(problems({}, `${FILE}${line}\n`).join('\n')).toBe(expected);
  });

  it('takes the address of the service without the slash at its end', () => {
    expect(load({}, `${FILE}service: { url: https://procession.example.com/ps/ }\n`).serviceUrl).toBe(
      'https://procession.example.com/ps',
    );
  });

  it.each([
    'procession.example.com',
    'ftp://procession.example.com',
    'https://user:canary@procession.example.com',
    'https://procession.example.com/?key=1',
    'https://procession.example.com/webhooks/gitlab',
    'https://',
  ])('refuses %s as the address of the service', (url) => {
    expect(problems({}, `${FILE}service: { url: '${url}' }\n`).join('\n')).toContain(
      'service.url: expected the web address of the service',
    );
  });

  it.each<[string, string | Uint8Array, string]>([
    ['an empty file', '', 'procession.yml: expected content, got nothing'],
    ['a list', '- a\n', 'procession.yml:1: expected a group of fields, got a list of 1'],
    [
      'no gitlab',
      'process: delivery\n',
      'procession.yml:1 gitlab: is missing: expected a group of fields. Fix: Add "gitlab" with group, project.',
    ],
    [
      'a field twice',
      `${FILE}gitlab: {}\n`,
      'procession.yml:4 gitlab: the field is there twice (first in line 1)',
    ],
    ['other bytes', Buffer.from([0xff, 0xfe]), 'procession.yml:1: expected UTF-8 text'],
    ['too much', Buffer.alloc(2_000_000, 'a'), 'procession.yml: expected at most 1 MiB, got 1.9 MiB'],
  ])('refuses %s', (_, content, expected) => {
    expect(problems({}, content).join('\n')).toContain(expected);
  });

  it('misses a file only when it is named', () => {
    expect(problems({ PROCESSION_CONFIG: 'other.yml' })).toEqual([
      'other.yml: there is no such file. Fix: Check the name.',
    ]);
    expect(() => loadConfig({}, { folder, file: 'third.yml' })).toThrow('third.yml: there is no such file');
    expect(problems({ PROCESSION_CONFIG: '.' })).toEqual([
      '.: expected a file, got something else. Fix: Name a file.',
    ]);
  });

  it('reads the file that is named', () => {
    writeFileSync(join(folder, 'other.yml'), `${FILE}process: other\n`);

    expect(load({ PROCESSION_CONFIG: 'other.yml' })).toMatchObject({
      launch: { otherwise: { process: 'other' } },
      configFile: 'other.yml',
    });
    const named = loadConfig({ PROCESSION_CONFIG: 'nothing.yml' }, { folder, file: 'other.yml' });
    expect(named.launch.otherwise.process).toBe('other');
  });
});

describe('gitlabAccess', () => {
  it('gives what is needed to talk to GitLab', () => {
    const access = gitlabAccess(load({ GITLAB_URL: 'http://127.0.0.1:8929', GITLAB_TOKEN: 't' }, FILE));

    expect([access.url, access.token.reveal(), access.group, access.project]).toEqual([
      'http://127.0.0.1:8929',
      't',
      'acme/services',
      'acme/services/engagements',
    ]);
  });

  it('names everything that is missing', () => {
    const config = load();

    expect(() => gitlabAccess(config)).toThrow(
      /GITLAB_URL: is missing[^]*GITLAB_TOKEN: is missing[^]*procession\.yml: there is no such file/,
    );
  });
});
