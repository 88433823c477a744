import { afterEach, describe, expect, it } from 'vitest';
import { FACTS, proveFacts } from '#gitlab/conformance/prove.ts';
import type { Conformance } from '#ports/conformance.ts';
import { createSandbox, type SandboxOptions } from '#sandbox/create-sandbox.ts';
import { seed } from '#sandbox/seed.ts';
import { cli } from '#test/support/cli.ts';
import { contraryGitLab, SWITCHES } from '#test/support/contrary-gitlab.ts';
import { freeHost, join } from '#test/support/in-process-network.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A sandbox with one thing otherwise where a fact is named. */
async function start(options: SandboxOptions = {}, contrary: string | null = null) {
  const name = freeHost();
  const host = `http://${name}`;
  const sandbox = createSandbox({ ...options, baseUrl: host });
  const seeded = seed(sandbox);
  const leave = join(name, contraryGitLab(sandbox, contrary === null ? null : (SWITCHES[contrary] ?? null)));
  closers.push(leave);
  const tokens = { owner: token('ada'), guest: token('gus') };
  return { sandbox, seeded, host, ...tokens };
}

const token = (name: string): string => `glpat-sandbox-${name}`;

const prove = async ({ host, owner, guest }: Awaited<ReturnType<typeof start>>): Promise<Conformance> =>
  await proveFacts({
    host,
    token: owner,
    guestToken: guest,
    group: 'services',
    project: null,
    mark: 'test',
    onFact: () => {},
  });

const ids = ({ facts }: Conformance, outcome: string): readonly string[] =>
  facts.filter((fact) => fact.outcome === outcome).map(({ id }) => id);

describe('facts about GitLab', () => {
  it.each(['premium', 'ultimate'] as const)('all hold in the sandbox of %s', async (tier) => {
    const found = await prove(await start({ tier }));

    expect(ids(found, 'differs')).toEqual([]);
    expect(ids(found, 'not-tried')).toEqual([]);
    expect(ids(found, 'holds')).toHaveLength(FACTS.length);
  });

  it('hold on Free as far as it has what they are about', async () => {
    const found = await prove(await start({ tier: 'free' }));

    expect(found.tier).toBe('free');
    expect(ids(found, 'differs')).toEqual([]);
    expect(ids(found, 'not-tried')).toEqual(
      FACTS.filter(({ tier }) => tier === 'premium').map(({ id }) => id),
    );
  });

  it('leave nothing behind', async () => {
    const gitlab = await start();
    const before = count(gitlab.sandbox);

    const found = await prove(gitlab);

    expect(found.left).toEqual([]);
    expect(count(gitlab.sandbox)).toEqual(before);
  });

  it('each have a switch that makes exactly this one differ', () => {
    expect(Object.keys(SWITCHES).toSorted()).toEqual(FACTS.map(({ id }) => id).toSorted());
  });

  it.each(
    (['free', 'premium', 'ultimate'] as const).flatMap((tier) =>
      FACTS.map((fact) => ({ id: fact.id, tier, fact })),
    ),
  )('differ where a GitLab $tier does otherwise: $id', async ({ id, tier, fact }) => {
    const found = await prove(await start({ tier }, id));

    // What a tier does not have cannot differ there.
    expect(ids(found, 'differs')).toEqual(tier === 'free' && fact.tier === 'premium' ? [] : [id]);
  });
});

function count({ world }: Awaited<ReturnType<typeof start>>['sandbox']) {
  return { issues: world.issues.length, epics: world.epics.length, labels: world.labels.length };
}

describe('procession conformance', () => {
  const env = (host: string, name: string) => ({ GITLAB_URL: host, GITLAB_TOKEN: token(name) });

  it('says of each fact what was seen, and ends with 0', async () => {
    const { host } = await start();

    const result = await cli(['conformance', '--group', 'services'], { env: env(host, 'ada'), cwd: '/tmp' });

    expect(result.stdout).toContain('✓ new-child-on-top');
    expect(result.stdout).toMatch(/facts as expected, 0 differences, 1 not tried\.\n$/);
    expect(result.code).toBe(0);
  });

  it('says what a difference would break, and ends with 4', async () => {
    const { host } = await start({}, 'reaction-moves-note');

    const result = await cli(['conformance', '--group', 'services'], { env: env(host, 'ada'), cwd: '/tmp' });

    expect(result.stdout).toContain('reaction-moves-note: stayed');
    expect(result.stdout).toContain('a thumbs-up voids no approval');
    expect(result.code).toBe(4);
  });

  it('prints a table to paste, without address or token', async () => {
    const { host } = await start();

    const { stdout } = await cli(['conformance', '--group', 'services', '--markdown'], {
      env: env(host, 'ada'),
      cwd: '/tmp',
    });

    expect(stdout.match(/^\| ✓ /gm)).toHaveLength(FACTS.length - 1);
    expect(stdout).not.toContain(host);
    expect(stdout).not.toContain('glpat');
  });

  it('refuses the group of the engagements', async () => {
    const { host, sandbox } = await start();
    const before = count(sandbox);

    const result = await cli(['conformance', '--group', 'services'], {
      env: { ...env(host, 'ada'), PROCESSION_GROUP: 'services', PROCESSION_PROJECT: 'services/engagements' },
      cwd: '/tmp',
    });

    expect(result.code).toBe(2);
    expect(result.stderr).toContain('Name a scratch group');
    expect(count(sandbox)).toEqual(before);
  });

  it.each([
    ['a group that is not there', ['--group', 'nowhere'], 'ada', 'There is no group nowhere'],
    ['a token that GitLab does not take', ['--group', 'services'], 'nobody', 'does not take the token'],
  ])('names %s', async (_, args, name, words) => {
    const { host } = await start();

    const result = await cli(['conformance', ...args], { env: env(host, name), cwd: '/tmp' });

    expect(result.stderr).toContain(words);
    expect(result.code).toBe(4);
  });

  it('says what a token without the right to delete had to leave', async () => {
    const { host } = await start();

    const result = await cli(['conformance', '--group', 'services'], { env: env(host, 'eli'), cwd: '/tmp' });

    expect(result.stdout).toContain('Left behind');
    expect(result.code).toBe(0);
  });
});
