import { describe, expect, it } from 'vitest';
import type { LaunchChoice } from '#domain/base/settings.ts';
import { launchesOf, launchFor, launchReason } from '#domain/process/launch.ts';
import { sampleSow } from '#test/support/engagement.ts';

const CHOICE: LaunchChoice = {
  choices: [
    { when: { deployment: 'none', type: 'sku' }, process: 'training', profile: null },
    { when: { type: ['sku', 'fixed'] }, process: 'delivery', profile: 'strict' },
    { when: { deployment: 'none' }, process: 'training', profile: null },
  ],
  otherwise: { process: 'delivery', profile: null },
};

describe('the process that a SOW starts', () => {
  it('is the first whose condition it meets', async () => {
    expect(launchFor(await sampleSow('SOW-1044'), CHOICE)).toMatchObject({ process: 'training' });
    expect(launchFor(await sampleSow('SOW-1043'), CHOICE)).toMatchObject({
      process: 'delivery',
      profile: 'strict',
    });
  });

  it('is the usual one where it meets none', async () => {
    expect(launchFor(await sampleSow('SOW-1042'), CHOICE)).toEqual(CHOICE.otherwise);
  });

  it('is explained by the condition that was met, or by what every condition lacked', async () => {
    expect(launchReason(await sampleSow('SOW-1044'), CHOICE)).toEqual([
      'Process: processes[0] in procession.yml, because deployment is none and type is sku.',
    ]);
    const [usual, ...tried] = launchReason(await sampleSow('SOW-1042'), CHOICE);
    expect(usual).toContain('the SOW meets no condition');
    expect(tried[0]).toBe(
      'processes[0], training: asks that deployment is none and type is sku; deployment is aws, type is t&m.',
    );
    expect(tried).toHaveLength(CHOICE.choices.length);
  });

  it('is one of those that an installation prepares for, each once and the usual one first', () => {
    expect(launchesOf(CHOICE)).toEqual([
      { process: 'delivery', profile: null },
      { process: 'training', profile: null },
      { process: 'delivery', profile: 'strict' },
    ]);
  });
});
