/** What a newcomer does first: the README's quick start, on a real port, as a child process. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SHIPPED } from '#test/support/shipped.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

describe('the quick start of the README', () => {
  it('names the two commands, and the demo walks a SOW to its closed epic', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const commands = [...readme.matchAll(/^```sh\n(npm ci && (.+))\n```$/gm)].map((match) => match[2] ?? '');
    expect(commands).toEqual(['npm run demo', 'npm test']);
    const [, ...args] = (commands[0] ?? '').split(' ');

    const { stdout } = await run('npm', args, { cwd: root, env: { ...process.env, NO_COLOR: '1' } });

    expect(stdout).toContain(`an epic with ${SHIPPED.issues} issues and ${SHIPPED.links} blocking links`);
    expect(stdout).toContain('applied again: 2 reads, 0 writes');
    expect(stdout).toContain('the kick-off is open again; the comment says');
    expect(stdout).toContain('The epic closes itself');
  });
});

describe('the demo of all samples', () => {
  it('can be watched: the pages are open before the first step, and nothing is left when it is ended', async () => {
    const child = spawn(process.execPath, ['src/main.ts', 'demo', '--all', '--serve', '--port', '0'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    for await (const chunk of child.stdout) {
      told += String(chunk);
      if (told.includes('DEAL-88121:')) break;
    }
    const page = /Open (\S+) and watch/.exec(told)?.[1] ?? '';
    const { status } = await fetch(page);
    child.kill('SIGINT');
    await once(child, 'exit');

    expect(status).toBe(200);
  });
});
