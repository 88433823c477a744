import { existsSync, globSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

async function pages(): Promise<readonly string[]> {
  const docs = await readdir(join(root, 'docs'), { recursive: true });
  return [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...docs.filter((file) => file.endsWith('.md')).map((file) => join('docs', file)),
  ];
}

describe('the documentation', () => {
  it('links to nothing that is not there', async () => {
    const broken: string[] = [];
    for (const page of await pages()) {
      const text = await readFile(join(root, page), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g))
        if (!/^(?:https?|mailto):/.test(target) && !existsSync(join(root, dirname(page), target)))
          broken.push(`${page}: ${target}`);
    }
    expect(broken).toEqual([]);
  });

  it('names no file of src, test or docs that is not there', async () => {
    const missing: string[] = [];
    for (const page of await pages()) {
      const text = await readFile(join(root, page), 'utf8');
      for (const [name] of text.matchAll(/\b(?:src|test|docs)\/[\w./-]+\.(?:ts|md|json)\b/g))
        if (!existsSync(join(root, name))) missing.push(`${page}: ${name}`);
    }
    expect(missing).toEqual([]);
  });

  it('finds every TypeScript file that a comment names', async () => {
    const files = ['src', 'sandbox', 'test', 'bench'].flatMap((folder) =>
      globSync(`${folder}/**/*.ts`, { cwd: root }),
    );
    const isThere = (name: string): boolean => files.some((file) => `/${file}`.endsWith(`/${name}`));
    const missing = files.flatMap((file) =>
      commentsOf(readFileSync(join(root, file), 'utf8')).flatMap((comment) =>
        [...comment.matchAll(/(?<![\w/.-])#?((?:[\w.-]+\/)*[\w-]+\.ts)\b/g)]
          .map(([, name = '']) => name)
          .filter((name) => !isThere(name))
          .map((name) => `${file}: ${name}`),
      ),
    );
    expect(missing).toEqual([]);
  });
});

/** Line and block comments of TypeScript; addresses of the web are left out. */
function commentsOf(code: string): readonly string[] {
  const comments = code.match(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm) ?? [];
  return comments.map((comment) => comment.replace(/https?:\S+/g, ''));
}
