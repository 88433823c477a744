import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProcessionFile } from '#config/procession-file.ts';
import { CHANGE_KINDS } from '#domain/base/settings.ts';
import { kindOf, rulesOf } from '#domain/changes/kinds.ts';
import { readEffects } from '#domain/changes/read-effects.ts';
import { wantedChange } from '#domain/changes/wanted-change.ts';
import { CHANGED_SOW } from '#test/support/changes.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';

const root = join(import.meta.dirname, '../../..');
const text = readFileSync(join(root, 'docs/changes.md'), 'utf8');

describe('docs/changes.md', () => {
  it('shows effects that can be carried out, and are what the table says', () => {
    const wanted = wantedChange(text, CHANGED_SOW, null);
    expect(wanted.kind === 'ok' && kindOf(wanted.effects, CHANGED_SOW, '2027-06-30')).toBe('increase');
    expect(wanted.kind === 'ok' && wanted.sow.hours?.scoped).toBe(480);
  });

  it('has paper and approvals of every kind as the code has them', () => {
    const rows = text.split('\n').filter((line) => line.endsWith('|'));
    for (const kind of CHANGE_KINDS) {
      const { paper, approvals } = rulesOf(kind, {});
      expect(rows.filter((row) => row.startsWith(`| ${kind} |`))).toEqual([
        expect.stringMatching(new RegExp(`\\| ${paper} \\| ${approvals.join(', ')} \\|$`)),
      ]);
    }
  });

  it('shows settings that procession.yml takes', () => {
    const [, yaml = ''] = /```yaml\n(change_kinds:[\s\S]*?)```/.exec(text) ?? [];
    const parsed = parseYaml(yaml, 'procession.yml');
    const { change_kinds: kinds } = ProcessionFile.pick({ change_kinds: true }).parse(
      parsed.kind === 'ok' ? parsed.value : null,
    );
    expect(kinds).toEqual({
      dates: { paper: 'signed order', approvals: ['manager', 'engagement-manager'] },
    });
  });
});

describe('the template of a change request', () => {
  it('has a block in which nothing is written, and whose lines can be used as they stand', () => {
    const template = readFileSync(join(root, 'issue_templates/delivery/change-request.md'), 'utf8');
    expect(readEffects(template).kind).toBe('none');
    const [, block = ''] = /```yaml change\n([\s\S]*?)```/.exec(template) ?? [];
    const used = `\`\`\`yaml change\n${block.replaceAll(/^# /gm, '')}\`\`\``;
    expect(wantedChange(used, CHANGED_SOW, null)).toMatchObject({ kind: 'ok' });
  });
});
