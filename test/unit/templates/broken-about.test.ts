/** What a process with problems is about, as far as its files say it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadUsableProcesses } from '#templates/process-store.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'about-'));
});

afterEach(async () => await rm(root, { recursive: true }));

describe('a process with problems', () => {
  it.each([
    ['about: deal\nnonsense: 1\n', 'deal'],
    ['about: sow\nnonsense: 1\n', 'sow'],
    ['id: other\nversion: 1\n', 'sow'],
    ['abuot: deal\n', undefined],
    ['about: deals\n', undefined],
    ['about: [\n', undefined],
    ['', undefined],
    ['[]\n', undefined],
  ])('that says %j is about %s', async (text, about) => {
    await mkdir(join(root, 'other'));
    await writeFile(join(root, 'other/process.yml'), text);
    const { broken, brokenAbout } = await loadUsableProcesses(root);
    expect([...(broken?.keys() ?? [])]).toEqual(['other']);
    expect(brokenAbout?.get('other')).toBe(about);
  });
});
