import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProcessionFile } from '#config/procession-file.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';

describe('docs/reminders.md', () => {
  it('shows the settings that hold when nothing is said', async () => {
    const text = await readFile(join(import.meta.dirname, '../../../docs/reminders.md'), 'utf8');
    const yaml = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const parsed = parseYaml(yaml, 'docs/reminders.md');

    if (parsed.kind === 'error') throw new Error(JSON.stringify(parsed.problems));
    expect(Object.keys(parsed.value as object)).toEqual(['calendar', 'reminders']);
    const gitlab = { group: 'acme', project: 'acme/engagements' };
    expect(ProcessionFile.parse({ gitlab, ...(parsed.value as object) })).toEqual(
      ProcessionFile.parse({ gitlab }),
    );
  });
});
