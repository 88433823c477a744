import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { defineConfig } from 'vitest/config';

/** A busy machine is slow, not wrong. */
const TIMEOUT_MS = 120_000;

const project = (name: string, globalSetup: readonly string[] = []): { test: object } => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`, `sandbox/test/${name}/**/*.test.ts`],
    testTimeout: TIMEOUT_MS,
    hookTimeout: TIMEOUT_MS,
    // Modules are shared between the files of a worker: loading them again would be most of the work of short tests.
    isolate: false,
    // Vitest does not hand `--execArgv` on to projects: `TEST_EXEC_ARGV=--cpu-prof` for a profile of each worker.
    execArgv: (env['TEST_EXEC_ARGV'] ?? '').split(' ').filter((argument) => argument !== ''),
    setupFiles: ['./test/support/no-world-left.ts'],
    globalSetup: [...globalSetup],
  },
});

/** What `npm run test:proofs` gives each proof, see `test/support/proof.ts`. */
const proofSeconds = Number(env['PROOF_SECONDS'] ?? 0);

export default defineConfig({
  test: {
    passWithNoTests: false,
    tags: [
      {
        name: 'proof',
        description:
          'By many random rounds: a few in `npm test`, as many as there is time for in `npm run test:proofs`.',
        timeout: 240_000 + 3_000 * proofSeconds,
      },
    ],
    // Node runs the code itself, as it does for users: a tenth faster than what Vite would make of it.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/tests') },
    // Half of the long tests wait for processes, leases and timers: a core has work for more than one worker.
    maxWorkers: availableParallelism() + 1,
    expect: { poll: { timeout: 15_000 } },
    // Vitest takes projects by their name and the longest files first: the short ones of `unit` leave no core idle at the end.
    projects: [project('unit'), project('contract'), project('e2e', ['./test/support/build-once.ts'])],
  },
});
