/** What keeps the service from starting. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from '#test/support/cli.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serve-'));
});

afterEach(async () => await rm(folder, { recursive: true }));

describe('procession serve', () => {
  it.each([
    [
      'issue_templates',
      'issue_templates holds no process: nothing could be launched. Fix: Copy the processes you want into it, or remove the folder to use those of the package.',
    ],
    [
      'own',
      'own holds no process: nothing could be launched. Fix: Copy the processes you want into it, or correct "templates" in procession.yml.',
    ],
  ])('does not start with a folder %s that holds no process', async (templates, text) => {
    await mkdir(join(folder, templates));
    await writeFile(
      join(folder, 'procession.yml'),
      `gitlab: { group: acme, project: acme/delivery }\ntemplates: ${templates}\n`,
    );
    const result = await cli(['serve', '--port', '0'], {
      env: {
        GITLAB_URL: 'http://127.0.0.1:9',
        GITLAB_TOKEN: 'glpat-none',
        GITLAB_WEBHOOK_SECRETS: 'a-secret-that-is-long-enough-for-anyone',
      },
      cwd: folder,
    });
    expect(result.stderr).toContain(text);
    expect(result.code).toBe(2);
  });
});
