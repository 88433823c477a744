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
    // The long tests wait for processes and timers, so two cores have work for three; the default would leave one idle.
    maxWorkers: 3,
    projects: [project('unit', 20_000), project('contract', 60_000), project('e2e', 120_000)],
  },
});
