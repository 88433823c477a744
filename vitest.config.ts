import { defineConfig } from 'vitest/config';

const project = (name: string, timeoutMs: number): { test: object } => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
  },
});

export default defineConfig({
  test: {
    passWithNoTests: false,
    // Most of the long tests wait for processes and timers: one worker for each of two cores, where the default leaves one idle.
    maxWorkers: 2,
    projects: [project('unit', 20_000), project('contract', 60_000), project('e2e', 120_000)],
  },
});
