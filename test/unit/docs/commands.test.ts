import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '#cli/commands.ts';

const root = join(import.meta.dirname, '../../..');

describe('advice in messages and pages', () => {
  it('names no command that does not exist', async () => {
    const known = new Set(COMMANDS.map(({ name }) => name));
    const source = (await readdir(join(root, 'src'), { recursive: true })).map((file) => join('src', file));
    const docs = (await readdir(join(root, 'docs'), { recursive: true })).map((file) => join('docs', file));
    const files = [...source, ...docs, 'README.md'].filter((file) => /\.(?:ts|md)$/.test(file));

    const unknown: string[] = [];
    for (const file of files) {
      const text = await readFile(join(root, file), 'utf8');
      // A line that begins with it is a template literal of ours, not advice.
      for (const [, name = ''] of text.matchAll(/(?<!^\s*)`procession ([a-z]+)\b/gm))
        if (!known.has(name)) unknown.push(`${file}: procession ${name}`);
    }

    expect(files.length).toBeGreaterThan(200);
    expect(unknown).toEqual([]);
  });
});
