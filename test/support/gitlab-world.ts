/**
 * A GitLab to test against: the sandbox, seeded, and our adapter connected to it as the bot.
 * In process ({@link startWorld}), or on a port ({@link startWorldOnPort}).
 */
import { createGitLab, type GitLabOptions } from '#gitlab/engagement/create-gitlab.ts';
import type { GitLab } from '#ports/gitlab.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '#sandbox/create-sandbox.ts';
import { type Seed, seed } from '#sandbox/seed.ts';
import { serveSandbox } from '#sandbox/serve.ts';
import { freeHost, join } from './in-process-network.ts';
import { atOnceInTurn } from './proof.ts';

export interface WorldOptions extends Omit<SandboxOptions, 'baseUrl'> {
  /** For the adapters of this world. */
  readonly gitlab?: Partial<GitLabOptions>;
}

export interface TestWorld {
  readonly sandbox: Sandbox;
  /** Group, project and people with their tokens. */
  readonly seed: Seed;
  readonly url: string;
  /** The adapter, as the bot. */
  readonly gitlab: GitLab;
  /** Every pause the adapters asked for, in milliseconds; none is really waited. */
  readonly slept: number[];
  /** Another adapter, as if another process had started one. As the bot unless a token is given. */
  connect(options?: Partial<GitLabOptions>): GitLab;
  /** The adapter as a person of the seed: what they do is done with their rights. */
  gitlabAs(username: string): GitLab;
  /** Forgets requests, pauses and faults that have not struck; the world stays as it is. */
  forget(): void;
  /** Ends the world. Fails when the adapter sent a parameter that GitLab would silently ignore. */
  close(): Promise<void>;
}

/**
 * Starts a world in this process at `http://gitlab.test` (a second one at the same time: `gitlab-2.test`).
 * While one runs, requests anywhere else fail the test.
 */
export async function startWorld(options: WorldOptions = {}): Promise<TestWorld> {
  const host = freeHost();
  const url = `http://${host}`;
  const sandbox = createSandbox({ ...options, baseUrl: url });
  const leave = join(host, (request) => sandbox.fetch(request));
  return worldOf(sandbox, url, options, async () => leave());
}

/** Starts a world on a free port of this machine, for what must go through a real socket. */
export async function startWorldOnPort(options: WorldOptions = {}): Promise<TestWorld> {
  const sandbox = createSandbox(options);
  const served = await serveSandbox(sandbox, { host: '127.0.0.1', port: 0 });
  return worldOf(sandbox, served.url, options, () => served.close());
}

function worldOf(
  sandbox: Sandbox,
  url: string,
  options: WorldOptions,
  close: () => Promise<void>,
): TestWorld {
  const people = seed(sandbox);
  const slept: number[] = [];
  const ignored = new Set<string>();
  const { now } = options;
  const atOnce = atOnceInTurn();

  function noteIgnored(): void {
    for (const { route, unknownParameters } of sandbox.ledger.entries()) {
      for (const name of unknownParameters) ignored.add(`${route}: ${name}`);
    }
  }

  function connect(given: Partial<GitLabOptions> = {}): GitLab {
    return createGitLab({
      host: url,
      token: people.bot.token,
      group: 'services',
      project: 'services/engagements',
      sleep: async (ms) => void slept.push(ms),
      random: () => 0.5,
      ...(atOnce === undefined ? {} : { maxConcurrent: atOnce }),
      ...(now === undefined ? {} : { now: () => now().getTime() }),
      ...options.gitlab,
      ...given,
    });
  }

  return {
    sandbox,
    seed: people,
    url,
    gitlab: connect(),
    slept,
    connect,
    gitlabAs(username) {
      const token = sandbox.world.tokens.find(({ userId }) => userId === sandbox.user(username).id);
      if (token === undefined) throw new Error(`${username} has no token in the sandbox`);
      return connect({ token: token.value });
    },
    forget() {
      noteIgnored();
      sandbox.ledger.clear();
      sandbox.faults.clear();
      slept.length = 0;
    },
    async close() {
      noteIgnored();
      await close();
      if (ignored.size > 0) throw new Error(`parameters GitLab does not know: ${[...ignored].join(', ')}`);
    },
  };
}
