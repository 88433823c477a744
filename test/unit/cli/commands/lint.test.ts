import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SHIPPED_TEMPLATES } from '#src/package-folder.ts';
import { cli } from '#test/support/cli.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'procession-lint-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function lint(settings: string): Promise<{ code: number; stdout: string }> {
  await writeFile(join(folder, 'procession.yml'), `gitlab: { group: a, project: b }\n${settings}\n`);
  return await cli(['lint'], { cwd: folder });
}

describe('procession lint', () => {
  it.each([
    ['process: delivry', 'process: there is no process "delivry"', 'Did you mean "delivery"?'],
    [
      'processes: [{ when: { type: sku }, process: traning }]',
      'processes[0].process: there is no process "traning"',
      'Did you mean "training"?',
    ],
    [
      'processes: [{ when: { type: sku }, process: delivery, profile: strickt }]',
      'processes[0].profile: there is no profile "strickt" of the process "delivery"',
      'Did you mean "strict"?',
    ],
    [
      'profile: strct',
      'profile: there is no profile "strct" of the process "delivery"',
      'Did you mean "strict"?',
    ],
  ])('finds that %s is not there, and what was meant', async (settings, message, fix) => {
    const { code, stdout } = await lint(settings);

    expect(code).toBe(2);
    expect(stdout).toContain(message);
    expect(stdout).toContain(fix);
  });

  it('says of a process that the own folder hides whence to copy it', async () => {
    const own = join(folder, 'issue_templates/assessment');
    await cp(join(SHIPPED_TEMPLATES, 'training'), own, { recursive: true });
    const { code, stdout } = await lint('process: delivery');

    expect(code).toBe(2);
    expect(stdout).toContain('there is no process "delivery" in');
    expect(stdout).toContain(`Copy it: cp -r ${join(SHIPPED_TEMPLATES, 'delivery')} `);
  });

  it.each([
    [
      'roles: { enginer: [eli] }',
      'roles.enginer: no process knows the role "enginer"',
      'Did you mean "engineer"?',
    ],
    [
      'roles: { finnance: [] }',
      'roles.finnance: no process knows the role "finnance"',
      'Did you mean "finance"?',
    ],
    [
      'commands: { waive: [manger] }',
      'commands.waive[0]: nobody can have the role "manger"',
      'Did you mean "manager"?',
    ],
  ])('finds that nobody means the role of %s', async (settings, message, fix) => {
    const { code, stdout } = await lint(settings);

    expect(code).toBe(2);
    expect(stdout).toContain(message);
    expect(stdout).toContain(fix);
  });

  it('only warns of a role that resembles none', async () => {
    const { code, stdout } = await lint('roles: { astronaut: [eli] }');

    expect(code).toBe(0);
    expect(stdout).toContain(
      'warning: procession.yml roles.astronaut: no process knows the role "astronaut"',
    );
    expect(stdout).toMatch(/Roles: .*engineer.*manager/);
  });

  it.each([
    'roles: { manager: [mira], engineer: [eli], account-manager: [], finance: [] }',
    'roles: { delivery-lead: [mira] }\ncommands: { waive: [manager, delivery-lead], add: [owner], help: [anybody] }',
  ])('finds nothing wrong with roles that mean something: %s', async (settings) => {
    expect(await lint(settings)).toMatchObject({ code: 0, stdout: expect.stringContaining('no problems') });
  });

  it('finds nothing wrong with a profile that is there, and a project without SOWs', async () => {
    expect(await lint('profile: strict')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('0 SOWs: no problems'),
    });
  });
});
