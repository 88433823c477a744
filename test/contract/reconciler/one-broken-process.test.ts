/** A process whose files hold anything at all keeps no other from being found. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ProcessStore } from '#ports/process-store.ts';
import { loadUsableProcesses } from '#templates/process-store.ts';

describe('one broken process of two', () => {
  it('never keeps the other from being found, whatever is wrong with it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'broken-'));
    onTestFinished(async () => await rm(folder, { recursive: true }));
    const root = join(import.meta.dirname, '../../../issue_templates');
    await cp(join(root, 'delivery'), join(folder, 'delivery'), { recursive: true });
    const spoil: readonly ((text: string) => string)[] = [
      () => '',
      () => '\0\0\0',
      () => '---\n---\n',
      () => '[]',
      () => '- '.repeat(3000),
      () => 'a: {'.repeat(2000),
      () => '{{#kept.a}}'.repeat(3000),
      () => `---\ntitle: x\n---\n${'{{#is.aws}}'.repeat(20_000)}`,
      () => '---\ntitle: "{{> a}}"\nowner: engineer\n---\n{{> a}}',
      (text) => text.replaceAll('a', ''),
      (text) => text.slice(0, text.length / 2),
      (text) => text.slice(text.length / 2),
      (text) => text + text,
      (text) => text.replace(/^(\w+):.*$/m, '$1: *x'),
      (text) => text.replace(/^(\w+):.*$/m, '$1: &a [*a]'),
      (text) => text.replace(/^(\w+):.*$/m, '__proto__: { a: 1 }'),
      () =>
        'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n',
      () => '{{> a}}\n{{> b}}',
    ];
    const bad: string[] = [];
    for (const file of ['epic.md', 'kick-off.md'])
      for (const [at, change] of spoil.entries()) {
        await rm(join(folder, 'other'), { recursive: true, force: true });
        await cp(join(root, 'delivery'), join(folder, 'other'), { recursive: true });
        const yml = join(folder, 'other/process.yml');
        await writeFile(yml, (await readFile(yml, 'utf8')).replace(/^id: .*$/m, 'id: other'));
        const path = join(folder, 'other', file);
        const text = await readFile(path, 'utf8').catch(() => '');
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, change(text));
        const store = await loadUsableProcesses(folder).catch((error: unknown) => error);
        if (store instanceof Error || (store as ProcessStore).find('delivery', null) === null) {
          bad.push(`${file} ${at}: ${String(store)}`);
          continue;
        }
        try {
          void (store as ProcessStore).fingerprint;
          (store as ProcessStore).find('other', null, { version: 1, rules: 'x' });
        } catch (error) {
          bad.push(`${file} ${at}: then ${String(error)}`);
        }
      }
    expect(bad).toEqual([]);
  }, 120_000);
});
