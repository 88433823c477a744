import { describe, expect, it } from 'vitest';
import { changedInputs } from '#domain/sow/changed-inputs.ts';

const file = (path: string, exists = true) => ({ path, exists });

describe('domain/changed-inputs', () => {
  it('tells SOW files, deleted ones, and what concerns every engagement apart', () => {
    const files = [
      file('sows/SOW-1.yml'),
      file('sows/emea/SOW-2.yaml'),
      file('sows/README.md'),
      file('sows/SOW-3.yml', false),
      file('docs/sows/SOW-4.yml'),
      file('processes/delivery/kick-off.md', false),
      file('issue_templates/delivery/kick-off.md'),
      file('conf/procession.yml'),
      file('procession.yml'),
    ];

    expect(changedInputs(files, { templates: './processes/', configFile: 'conf/procession.yml' })).toEqual({
      sows: ['sows/SOW-1.yml', 'sows/emea/SOW-2.yaml'],
      deletedSows: ['sows/SOW-3.yml'],
      process: ['processes/delivery/kick-off.md', 'conf/procession.yml'],
    });
  });
});
