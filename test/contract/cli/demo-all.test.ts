/** All samples, from the first step to the last, in this process; that the command runs as one of its own is in `test/e2e/demo.test.ts`. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '#test/support/cli.ts';

const root = join(import.meta.dirname, '../../..');

describe('the demo of all samples', () => {
  it.each([
    { tier: 'Premium', args: [], closed: 'the epic is closed' },
    { tier: 'Free', args: ['--free'], closed: 'the tracking issue is closed' },
  ])('walks every SOW and deal to its end on GitLab $tier', async ({ args, closed }) => {
    const { code, stdout } = await cli(['demo', '--all', ...args], { cwd: root });

    for (const [key, process] of [
      ['SOW-1043', 'Project delivery'],
      ['SOW-1044', 'Training'],
      ['DEAL-88121', 'Quote to sign-off'],
      ['SOW-1042', 'Project delivery'],
      ['DEAL-88240', 'Quote to sign-off'],
      ['SOW-88240', 'Project delivery'],
    ])
      expect(stdout).toContain(`${key} (${process}): all is done, ${closed}`);
    expect(stdout).toMatch(/SOW-88240: all closed, in [\d.]+ s with \d+ requests to GitLab\.\n$/);
    expect(code).toBe(0);
  });
});
