import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, type Settings } from '#domain/base/settings.ts';
import { launchProblems, type NamedProcess } from '#domain/process/launch-rules.ts';

const DELIVERY: NamedProcess = { id: 'delivery', about: 'sow', profiles: ['strict'] };
const SALES: NamedProcess = { id: 'sales', about: 'deal', profiles: [] };
const USUAL = { process: 'delivery', profile: null };

function problems(
  settings: Partial<Settings>,
  processes: readonly NamedProcess[] = [DELIVERY, SALES],
): readonly string[] {
  return launchProblems(
    { ...DEFAULT_SETTINGS, ...settings },
    { processes, templates: 'issue_templates' },
  ).map(({ path, message, fix }) => `${path}: ${message} ${fix}`);
}

describe('the processes that the settings name', () => {
  it('are fine where each is about what starts it', () => {
    expect(problems({ deals: { ...DEFAULT_SETTINGS.deals, process: 'sales' } })).toEqual([]);
  });

  it('must be about SOWs for SOWs, the usual one and every other', () => {
    const choice = { when: { type: 'sku' }, process: 'sales', profile: null };

    expect(
      problems({ launch: { choices: [choice], otherwise: { process: 'sales', profile: null } } }),
    ).toEqual([
      'process: expected a process about SOWs, and "sales" is about deals Use one of: delivery.',
      'processes[0].process: expected a process about SOWs, and "sales" is about deals Use one of: delivery.',
    ]);
  });

  it('must be about deals for deals, and one of several must be named', () => {
    const other: NamedProcess = { id: 'renewal', about: 'deal', profiles: [] };

    expect(problems({ deals: { ...DEFAULT_SETTINGS.deals, process: 'delivery' } })).toEqual([
      'deals.process: expected a process about deals, and "delivery" is about SOWs Use one of: sales.',
    ]);
    expect(problems({}, [DELIVERY, SALES, other])).toEqual([
      'deals.process: several processes are about deals, and none is named: sales, renewal Name the one that deals start: deals: { process: sales }.',
    ]);
  });

  it('are all reached: a condition that stands there twice has its turn once', () => {
    const choice = { when: { type: 'sku', deployment: 'none' }, ...USUAL };
    const same = { when: { deployment: 'none', type: 'sku' }, process: 'delivery', profile: 'strict' };

    expect(problems({ launch: { choices: [choice, same], otherwise: USUAL } })).toEqual([
      'processes[1].when: processes[0] has the same condition, so this one never has its turn Change one of the two conditions, or drop this one.',
    ]);
  });

  it('say nothing of what cannot be read', () => {
    const unread: NamedProcess = { id: 'delivery', about: null, profiles: null };
    const otherwise = { process: 'delivery', profile: 'strickt' };

    expect(problems({ launch: { choices: [], otherwise } }, [unread])).toEqual([]);
  });
});
