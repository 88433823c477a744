import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PACKAGE_FOLDER } from '#src/package-folder.ts';
import { cli } from '#test/support/cli.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'procession-plan-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('procession plan, before anything is launched', () => {
  it('names the steps of a deal whose issue the delivery has, and where', async () => {
    const deal = join(PACKAGE_FOLDER, 'deals/DEAL-88121.yml');
    const { code, stdout } = await cli(['plan', deal, '--process', 'quote-to-signoff'], { cwd: folder });

    expect(code).toBe(0);
    expect(stdout).toContain('Process: named with --process.');
    const [, elsewhere = ''] = stdout.split('With an issue in another engagement');
    expect(elsewhere).toMatch(/Delivery under way: .*delivery: kick-off/);
    expect(elsewhere).toMatch(/Collect the money: .*delivery: money-received/);
  });
});
