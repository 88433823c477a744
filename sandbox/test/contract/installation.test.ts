/** What the sandbox tells about tokens, schedules, settings and its version, as GitLab does. */
import { describe, expect, it } from 'vitest';
import { createBench, GROUP, PROJECT } from './client.ts';

const SCHEDULES = `${PROJECT}/pipeline_schedules`;
const SWEEP = { description: 'Sweep', ref: 'main', cron: '*/15 * * * *' };

describe('sandbox: tokens about themselves', () => {
  it('tells any token its scopes and when it expires', async () => {
    const bench = createBench();
    const { world } = bench.sandbox;
    world.tokens.push({
      value: 'narrow',
      userId: bench.seed.mira.user.id,
      scopes: ['read_user'],
      expiresOn: '2026-04-01',
    });

    expect(await bench.as('narrow')('GET', '/personal_access_tokens/self')).toMatchObject({
      status: 200,
      body: {
        scopes: ['read_user'],
        expires_at: '2026-04-01',
        user_id: bench.seed.mira.user.id,
        revoked: false,
      },
    });
  });

  it.each(['/personal_access_tokens', `${GROUP}/access_tokens`])(
    'rotates under %s: a week unless asked, the old one ends',
    async (path) => {
      const bench = createBench();
      const week = await bench.api('POST', `${path}/self/rotate`);
      const old = await bench.api('GET', '/user');
      const fresh = bench.as(week.body.token);
      const year = await fresh('POST', `${path}/self/rotate`, { expires_at: '2027-03-01' });

      expect([week.status, week.body.expires_at]).toEqual([200, '2026-03-09']);
      expect(old).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
      expect(year.body.expires_at).toBe('2027-03-01');
    },
  );

  it('refuses to rotate for longer than a year, or with a token that may only read', async () => {
    const bench = createBench();
    bench.sandbox.world.tokens.push({
      value: 'reader',
      userId: bench.seed.bot.user.id,
      scopes: ['read_api'],
      expiresOn: null,
    });
    const path = '/personal_access_tokens/self/rotate';

    expect((await bench.api('POST', path, { expires_at: '2028-01-01' })).status).toBe(400);
    expect((await bench.as('reader')('POST', path)).status).toBe(403);
  });
});

describe('sandbox: pipeline schedules', () => {
  it('lets a Developer make one, owned by whoever made it, and tells the last pipeline only alone', async () => {
    const bench = createBench();
    const eli = bench.as(bench.seed.eli.token);
    const made = await eli('POST', SCHEDULES, SWEEP);
    const list = await eli('GET', SCHEDULES);

    expect(made).toMatchObject({
      status: 201,
      body: { active: true, ref: 'refs/heads/main', cron_timezone: 'UTC', owner: { username: 'eli' } },
    });
    expect(list.body).toHaveLength(1);
    expect(list.body[0]).not.toHaveProperty('last_pipeline');
    expect((await eli('GET', `${SCHEDULES}/${made.body.id}`)).body.last_pipeline).toBeNull();
  });

  it('lets only the owner change one; a Maintainer takes ownership first', async () => {
    const bench = createBench();
    const { id } = (await bench.as(bench.seed.eli.token)('POST', SCHEDULES, SWEEP)).body;
    const mira = bench.as(bench.seed.mira.token);
    const noor = bench.as(bench.seed.noor.token);

    expect((await mira('PUT', `${SCHEDULES}/${id}`, { active: false })).status).toBe(403);
    expect((await noor('POST', `${SCHEDULES}/${id}/take_ownership`)).status).toBe(403);
    expect((await mira('POST', `${SCHEDULES}/${id}/take_ownership`)).status).toBe(201);
    expect((await mira('POST', `${SCHEDULES}/${id}/take_ownership`)).status).toBe(200);
    expect((await mira('PUT', `${SCHEDULES}/${id}`, { active: false })).body.active).toBe(false);
    expect((await noor('DELETE', `${SCHEDULES}/${id}`)).status).toBe(403);
    expect((await mira('DELETE', `${SCHEDULES}/${id}`)).status).toBe(204);
  });

  it('refuses a cron or a time zone that is none', async () => {
    const { api } = createBench();

    expect(await api('POST', SCHEDULES, { ...SWEEP, cron: 'hourly' })).toMatchObject({
      status: 400,
      body: { message: { cron: ['is invalid syntax'] } },
    });
    expect((await api('POST', SCHEDULES, { ...SWEEP, cron_timezone: 'Mars/Base' })).status).toBe(400);
    expect((await api('POST', SCHEDULES, { description: 'x' })).body).toEqual({
      error: 'ref is missing, cron is missing',
    });
  });
});

describe('sandbox: instance and places', () => {
  it('dates every answer by its clock', async () => {
    const { api } = createBench();

    expect((await api('GET', '/metadata')).headers.get('date')).toBe('Mon, 02 Mar 2026 09:00:00 GMT');
  });

  it('ignores a signing token before 19.0, and does not tell of any', async () => {
    const bench = createBench();
    bench.sandbox.world.version = '18.11.0-ee';
    const token = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    const made = await bench.api('POST', `${PROJECT}/hooks`, {
      url: 'https://x.example.com',
      signing_token: token,
    });

    expect(made.body).toMatchObject({ token_present: false });
    expect(made.body).not.toHaveProperty('signing_token_present');
    expect(bench.sandbox.world.hooks[0]?.signingToken).toBeNull();
  });

  it('shows archived places, turned-off issues and e-mail', async () => {
    const bench = createBench();
    Object.assign(bench.seed.group, { archived: true, emailsEnabled: false });
    Object.assign(bench.seed.project, { issuesAccessLevel: 'disabled', defaultBranch: null });

    expect((await bench.api('GET', GROUP)).body).toMatchObject({ archived: true, emails_enabled: false });
    expect((await bench.api('GET', PROJECT)).body).toMatchObject({
      archived: false,
      issues_enabled: false,
      issues_access_level: 'disabled',
      default_branch: null,
    });
  });
});
