/** `procession intake`: a CRM starts a process through a pipeline, and nobody else does. */
import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sow } from '#domain/sow/sow.ts';
import { type CiProject, createCiProject } from '#test/support/ci-project.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { sampleSow } from '#test/support/engagement.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';
import { SHIPPED } from '#test/support/shipped.ts';

const SECRET = `whsec_${Buffer.from('a secret of the CRM, 32 bytes...').toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.from('a secret of somebody else, long').toString('base64')}`;

let world: TestWorld;
let project: CiProject;
let sow: Sow;

beforeEach(async () => {
  world = await startWorld();
  project = await createCiProject();
  sow = await sampleSow('SOW-1042');
});

afterEach(async () => {
  await project.close();
  await world.close();
});

interface Envelope {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
  readonly payload: string;
}

function signed(payload: string, { secret = SECRET, at = new Date() } = {}): Envelope {
  const id = 'deal-88121-won';
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${payload}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac}`,
    payload,
  };
}

/** As GitLab writes `TRIGGER_PAYLOAD`: the parameters as JSON again, its own among them, `<`, `>` and `&` escaped. */
async function triggered(body: object, variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const text = JSON.stringify({ ...body, id: '61', ref: 'main', variables }).replaceAll(
    /[<>&]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
  const file = join(project.folder, 'TRIGGER_PAYLOAD');
  await writeFile(file, text);
  return file;
}

async function intake(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<CliResult> {
  const pipeline = {
    GITLAB_CI: 'true',
    GITLAB_URL: world.url,
    GITLAB_TOKEN: world.seed.bot.token,
    CRM_WEBHOOK_SECRETS: SECRET,
    ...env,
  };
  return await cli(['intake', ...args], { env: pipeline, cwd: project.folder });
}

const epics = () => world.sandbox.world.epics;
const requests = () => world.sandbox.ledger.entries().length;

describe('procession intake', () => {
  it('launches the SOW that a trigger brought, and nothing when it comes again', async () => {
    const TRIGGER_PAYLOAD = await triggered(signed(JSON.stringify({ ...sow, note: 'a < b & "c" € 🚀' })));

    const first = await intake({ TRIGGER_PAYLOAD });
    const second = await intake({ TRIGGER_PAYLOAD });

    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`SOW-1042: ${SHIPPED.issues + 1} created`),
    });
    expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('SOW-1042: nothing to do.') });
    expect(epics()).toHaveLength(1);
  });

  it.each([
    ['as JSON', (envelope: Envelope) => JSON.stringify(envelope)],
    ['as base64', (envelope: Envelope) => Buffer.from(JSON.stringify(envelope)).toString('base64')],
  ])('takes the SOW from a variable, %s', async (_, encode) => {
    const delivery = encode(signed(JSON.stringify(sow)));

    const alone = await intake({ PROCESSION_DELIVERY: delivery });
    const TRIGGER_PAYLOAD = await triggered({}, { PROCESSION_DELIVERY: delivery });
    const withTrigger = await intake({ PROCESSION_DELIVERY: delivery, TRIGGER_PAYLOAD });

    expect(alone).toMatchObject({ code: 0 });
    expect(withTrigger).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to do') });
    expect(epics()).toHaveLength(1);
  });

  it('takes any of several secrets, and any of several signatures', async () => {
    const [one, other] = [signed(JSON.stringify(sow), { secret: OTHER_SECRET }), signed(JSON.stringify(sow))];
    const envelope = {
      ...one,
      'webhook-signature': `${one['webhook-signature']} ${other['webhook-signature']}`,
    };

    expect((await intake({ TRIGGER_PAYLOAD: await triggered(envelope) })).code).toBe(0);
    expect(
      (
        await intake({
          CRM_WEBHOOK_SECRETS: `${SECRET},${OTHER_SECRET}`,
          TRIGGER_PAYLOAD: await triggered(one),
        })
      ).code,
    ).toBe(0);
  });

  it('judges the age by when the pipeline was made, so that a job may wait or run again', async () => {
    const at = new Date(Date.now() - 3_600_000);
    const TRIGGER_PAYLOAD = await triggered(signed(JSON.stringify(sow), { at }));

    const late = await intake({ TRIGGER_PAYLOAD });
    expect(late).toMatchObject({ code: 3, stderr: expect.stringContaining('timestamp too old') });

    expect((await intake({ TRIGGER_PAYLOAD, CI_PIPELINE_CREATED_AT: at.toISOString() })).code).toBe(0);
  });

  it('launches nothing for a SOW that is not won', async () => {
    const TRIGGER_PAYLOAD = await triggered(signed(JSON.stringify({ ...sow, stage: 'negotiating' })));

    expect(await intake({ TRIGGER_PAYLOAD })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing is launched until it is closed_won'),
    });
    expect(epics()).toEqual([]);
  });

  it('names every problem of a SOW at once, without telling amounts', async () => {
    const wrong = { ...sow, type: 'tm', deployment: 'awss', billing: { rate: 'four thousand 4711' } };
    const { code, stderr } = await intake({
      TRIGGER_PAYLOAD: await triggered(signed(JSON.stringify(wrong))),
    });

    expect(code).toBe(3);
    expect(stderr).toContain('Did you mean "aws"?');
    expect(stderr).toContain('type: ');
    expect(stderr).toContain('billing.rate: is not as expected');
    expect(stderr).not.toContain('4711');
    expect(requests()).toBe(0);
  });
});

describe('procession intake, of events of GitLab', () => {
  const event = (changes: object = {}) => ({
    object_kind: 'issue',
    user: { id: world.seed.eli.user.id, username: 'eli' },
    object_attributes: { id: 1, iid: 3, action: 'close' },
    labels: [{ title: 'SOW-1042' }],
    ...changes,
  });

  beforeEach(async () => {
    await intake({ TRIGGER_PAYLOAD: await triggered(signed(JSON.stringify(sow))) });
  });

  it('puts right the engagement that an event names, without a signature and without secrets', async () => {
    const issue = world.sandbox.world.issues.find(({ description }) => description.includes(' kick-off '));
    world.sandbox.operations.setState(world.seed.eli.user, issue!, 'closed');

    const done = await intake({ TRIGGER_PAYLOAD: await triggered(event()), CRM_WEBHOOK_SECRETS: '' });

    expect(done).toMatchObject({ code: 0 });
    expect(issue?.state).toBe('opened');
  });

  it('leaves its own changes alone, and what names no engagement of ours', async () => {
    const { id, username } = world.seed.bot.user;

    const own = await intake({ TRIGGER_PAYLOAD: await triggered(event({ user: { id, username } })) });
    const none = await intake({ TRIGGER_PAYLOAD: await triggered(event({ labels: [] })) });
    const unknown = await intake({
      TRIGGER_PAYLOAD: await triggered(event({ labels: [{ title: 'SOW-9' }] })),
    });

    expect(own).toMatchObject({ code: 0, stdout: 'Nothing to do: our own change.\n' });
    expect(none).toMatchObject({ code: 0, stdout: 'Nothing to do: no engagement.\n' });
    expect(unknown).toMatchObject({ code: 0, stderr: expect.stringContaining('SOW-9: there is no such') });
    expect(epics()).toHaveLength(1);
  });
});

describe('procession intake refuses, before GitLab is asked anything,', () => {
  const good = () => signed(JSON.stringify(sow));
  const cases: readonly [
    name: string,
    body: () => object,
    message: string,
    env?: Readonly<Record<string, string>>,
  ][] = [
    [
      'a SOW signed by somebody else',
      () => signed(JSON.stringify(sow), { secret: OTHER_SECRET }),
      'wrong signature',
    ],
    [
      'a SOW changed on the way',
      () => ({ ...good(), payload: JSON.stringify({ ...sow, type: 'fixed' }) }),
      'wrong signature',
    ],
    ['another id', () => ({ ...good(), 'webhook-id': 'other' }), 'wrong signature'],
    [
      'a SOW without a signature',
      () => ({ payload: JSON.stringify(sow) }),
      'webhook-id, webhook-timestamp, webhook-signature: missing',
    ],
    ['a bare SOW', () => sow, 'neither a signed SOW nor an event of GitLab'],
    ['a payload that is an object', () => ({ ...good(), payload: sow }), 'payload: missing, or no text'],
    [
      'a signature of another scheme',
      () => ({ ...good(), 'webhook-signature': 'v2,abc' }),
      'no v1 signature',
    ],
    [
      'what was signed long ago',
      () => signed(JSON.stringify(sow), { at: new Date(Date.now() - 400_000) }),
      'timestamp too old',
    ],
    [
      'what comes from the future',
      () => signed(JSON.stringify(sow), { at: new Date(Date.now() + 400_000) }),
      'timestamp in the future',
    ],
    ['an event it does not know', () => ({ object_kind: 'weather' }), 'event weather'],
  ];

  it.each(cases)('%s', async (_, body, message, env = {}) => {
    const { code, stdout, stderr } = await intake({ TRIGGER_PAYLOAD: await triggered(body()), ...env });

    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('nothing was written');
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('Nordlicht');
    expect(requests()).toBe(0);
  });

  it.each(['CRM_WEBHOOK_SECRETS', 'GITLAB_URL', 'NODE_OPTIONS'])(
    'a trigger that sets %s, which would outrank ours',
    async (name) => {
      const delivery = JSON.stringify(signed(JSON.stringify(sow), { secret: OTHER_SECRET }));
      const TRIGGER_PAYLOAD = await triggered({}, { PROCESSION_DELIVERY: delivery, [name]: OTHER_SECRET });

      const { code, stderr } = await intake({
        TRIGGER_PAYLOAD,
        PROCESSION_DELIVERY: delivery,
        ...(name === 'CRM_WEBHOOK_SECRETS' ? { CRM_WEBHOOK_SECRETS: OTHER_SECRET } : {}),
      });

      expect(code).toBe(3);
      expect(stderr).toContain(`the trigger sets variables (${name})`);
      expect(stderr).not.toContain(OTHER_SECRET);
      expect(requests()).toBe(0);
    },
  );

  it('a pipeline of the day before yesterday', async () => {
    const at = new Date(Date.now() - 2 * 86_400_000);
    const { code, stderr } = await intake({
      TRIGGER_PAYLOAD: await triggered(signed(JSON.stringify(sow), { at })),
      CI_PIPELINE_CREATED_AT: at.toISOString(),
    });

    expect(code).toBe(3);
    expect(stderr).toContain('made more than a day ago');
    expect(requests()).toBe(0);
  });

  it('what is no JSON, a file that is not there, and nothing at all', async () => {
    const garbage = await intake({ PROCESSION_DELIVERY: '{' });
    const missing = await intake({ TRIGGER_PAYLOAD: join(project.folder, 'gone') });
    const nothing = await intake({});

    expect(garbage).toMatchObject({ code: 3, stderr: expect.stringContaining('expected a JSON object') });
    expect(missing).toMatchObject({ code: 3, stderr: expect.stringContaining('there is no such file') });
    expect(nothing).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is nothing to take in'),
    });
    expect(requests()).toBe(0);
  });

  it('to believe anybody without secrets', async () => {
    const { code, stderr } = await intake({
      TRIGGER_PAYLOAD: await triggered(good()),
      CRM_WEBHOOK_SECRETS: '',
    });

    expect(code).toBe(2);
    expect(stderr).toContain('CRM_WEBHOOK_SECRETS: is missing');
    expect(requests()).toBe(0);
  });

  it('a token that is empty, or the name of a variable that is not set', async () => {
    const empty = await intake({ TRIGGER_PAYLOAD: await triggered(good()), GITLAB_TOKEN: ' ' });
    const name = await intake({
      TRIGGER_PAYLOAD: await triggered(good()),
      GITLAB_TOKEN: '$PROCESSION_TOKEN',
    });

    expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('GITLAB_TOKEN: is missing') });
    expect(empty.stderr).toContain('protected branches');
    expect(name).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the name of a variable that is not set'),
    });
    expect(requests()).toBe(0);
  });
});
