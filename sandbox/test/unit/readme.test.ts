import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '#sandbox/create-sandbox.ts';
import { seed } from '#sandbox/seed.ts';

const ROOM = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOM, 'README.md'), 'utf8');

describe('the README of the sandbox', () => {
  it('names files and folders that are there', () => {
    const table = README.slice(README.indexOf('## Where to find what'));
    const names = [...table.matchAll(/`([\w*./-]+)`/gu)].map((match) => match[1] ?? '');

    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => globSync(name, { cwd: ROOM }).length === 0)).toEqual([]);
  });

  it('names people, roles and tokens as they are seeded', async () => {
    const sandbox = createSandbox();
    const { group } = seed(sandbox);
    const rows = README.matchAll(/\| (?<who>[a-z, -]+) \| (?<role>[A-Z]\w+|no member) (?=\|)/gu);
    const roles: Record<string, number> = {
      Owner: 50,
      Maintainer: 40,
      Developer: 30,
      Reporter: 20,
      Guest: 10,
    };
    const claimed = [...rows].flatMap(({ groups }) =>
      (groups?.['who'] ?? '').split(', ').map((who) => [who, roles[groups?.['role'] ?? ''] ?? null]),
    );

    expect(Object.fromEntries(claimed)).toEqual(
      Object.fromEntries(
        sandbox.world.users.map((user) => [user.username, group.members.get(user.id) ?? null]),
      ),
    );
  });
});
