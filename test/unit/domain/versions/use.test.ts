import { describe, expect, it } from 'vitest';
import type { InAllProfiles } from '#domain/process/process.ts';
import { rulesHash } from '#domain/versions/rules-hash.ts';
import { type EngagementVersion, useOfVersions } from '#domain/versions/use.ts';
import { type FrozenFolder, noteOf } from '#domain/versions/versions.ts';
import { aProcess, aStep } from '#test/support/builders.ts';

const V1 = aProcess({ version: 1, steps: [aStep('last')] });
const V2 = aProcess({ version: 2, steps: [aStep('last', { owner: 'manager' })] });
const V2_STRICT = { ...V2, profile: 'strict' };
const V3 = aProcess({ version: 3, steps: [aStep('last', { kind: 'recurring' })] });

function frozen(definitions: InAllProfiles, changes: Partial<FrozenFolder> = {}): FrozenFolder {
  const name = String(definitions[0].version);
  const note = noteOf(definitions, {});
  return { name, folder: `versions/${name}`, note, files: {}, definitions, problems: [], ...changes };
}

const PROCESS = { current: [V3], frozen: [frozen([V2, V2_STRICT]), frozen([V1])] } as const;

function engagement(changes: Partial<EngagementVersion>): EngagementVersion {
  return {
    engagement: 'SOW-1',
    process: 'sample',
    profile: null,
    version: null,
    rules: null,
    closed: false,
    cameFrom: [],
    ...changes,
  };
}

describe('domain/process/version-use', () => {
  it('sorts engagements by the definition that judges them', () => {
    const use = useOfVersions(PROCESS, [
      engagement({ engagement: 'SOW-1', version: 1, rules: rulesHash(V1) }),
      engagement({ engagement: 'SOW-2' }),
      engagement({
        engagement: 'SOW-3',
        version: 2,
        rules: rulesHash(V2_STRICT),
        profile: 'strict',
        cameFrom: [1],
      }),
      engagement({ engagement: 'SOW-4', version: 3, rules: rulesHash(V3), closed: true }),
      engagement({ engagement: 'SOW-5', process: 'another', version: 1, rules: rulesHash(V1) }),
      engagement({ engagement: 'SOW-6', version: 3, rules: '0000000000000000' }),
      engagement({ engagement: 'SOW-7', version: 3, rules: rulesHash(V3), profile: 'strict' }),
    ]);

    expect(Object.fromEntries(use.users)).toEqual({
      1: { running: ['SOW-1', 'SOW-2'], closed: [], back: ['SOW-3'], olderTexts: [] },
      2: { running: ['SOW-3'], closed: [], back: [], olderTexts: [] },
      3: { running: [], closed: ['SOW-4'], back: [], olderTexts: [] },
    });
    expect(use.nowhere.map(({ engagement }) => engagement)).toEqual(['SOW-6', 'SOW-7']);
  });

  it('counts no folder whose rules were edited after they were frozen', () => {
    const edited = frozen([V1], { definitions: [{ ...V2, version: 1 }] });
    const one = engagement({ version: 1, rules: rulesHash(V1) });

    const use = useOfVersions({ current: [V3], frozen: [edited] }, [one]);

    expect([use.users.size, use.nowhere]).toEqual([0, [one]]);
  });
});
