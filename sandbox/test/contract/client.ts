import type { Sandbox, SandboxOptions } from '#sandbox/create-sandbox.ts';
import { createSandbox } from '#sandbox/create-sandbox.ts';
import type { Seed } from '#sandbox/seed.ts';
import { seed } from '#sandbox/seed.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // The tests look into bodies by name; a schema of GitLab's answers is not what they are about.
  readonly body: any;
}

export type Body = Readonly<Record<string, unknown>>;

export type Ask = (method: string, path: string, body?: Body) => Promise<Reply>;

/** A seeded sandbox, a clock that can be moved, and requests in somebody's name. */
export interface Bench {
  readonly sandbox: Sandbox;
  readonly seed: Seed;
  readonly clock: { now: Date };
  /** As the bot. */
  readonly api: Ask;
  readonly as: (token: string) => Ask;
}

export const PROJECT = '/projects/services%2Fengagements';
export const GROUP = '/groups/services';

export function createBench(options: SandboxOptions = {}): Bench {
  const clock = { now: new Date('2026-03-02T09:00:00.000Z') };
  const sandbox = createSandbox({ now: () => clock.now, ...options });
  const seeded = seed(sandbox);
  const as =
    (token: string) =>
    async (method: string, path: string, body?: Body): Promise<Reply> => {
      const request = new Request(`${sandbox.world.baseUrl}/api/v4${path}`, {
        method,
        headers: {
          ...(token === '' ? {} : { 'PRIVATE-TOKEN': token }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return toReply(await sandbox.fetch(request));
    };
  return { sandbox, seed: seeded, clock, as, api: as(seeded.bot.token) };
}

export async function toReply(response: Response): Promise<Reply> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** Creates issues with the given titles and returns them as the API shows them. */
export async function createIssues(bench: Bench, ...titles: readonly string[]): Promise<any[]> {
  const issues: any[] = [];
  for (const title of titles) issues.push((await bench.api('POST', `${PROJECT}/issues`, { title })).body);
  return issues;
}
