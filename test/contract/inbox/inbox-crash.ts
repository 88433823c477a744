/** What was acknowledged is there after the process was killed at any moment, once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Store } from '#ports/store.ts';
import { CHILD_ENV } from '#test/support/child-env.ts';
import { proofRounds } from '#test/support/proof.ts';

const WRITER = fileURLToPath(new URL('../../support/inbox-writer.ts', import.meta.url));

export interface CrashRounds {
  /** At least; see `proofRounds`. */
  readonly rounds: number;
  /** Arguments of `test/support/inbox-writer.ts`. */
  readonly writer: readonly string[];
  open(): Promise<Store>;
  /** The crash, when it is not the writer's own. */
  crash?(round: number): Promise<void>;
}

/** @returns how many deliveries were acknowledged */
export async function surviveCrashes(given: CrashRounds): Promise<number> {
  const { rounds, writer } = given;
  const acknowledged = new Set<string>();
  for (const round of proofRounds(rounds)) {
    for (const key of await writeUntilKilled(writer, async () => await given.crash?.(round)))
      acknowledged.add(key);
    const store = await given.open();
    try {
      const kept = (await store.list({ limit: 10_000_000 })).map(({ dedupeKey }) => dedupeKey);
      expect(new Set(kept).size).toBe(kept.length);
      const keptKeys = new Set(kept);
      expect([...acknowledged].filter((key) => !keptKeys.has(key))).toEqual([]);
    } finally {
      await store.close();
    }
  }
  return acknowledged.size;
}

async function writeUntilKilled(writer: readonly string[], crash: () => Promise<void>): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, ...writer], {
    env: { ...process.env, ...CHILD_ENV },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => expect.unreachable('the writer ended by itself')),
  ]);
  await sleep(Math.random() * 60);
  await crash();
  child.kill('SIGKILL');
  await ended;
  // A last line without its end was not said.
  return said.split('\n').slice(0, -1);
}
