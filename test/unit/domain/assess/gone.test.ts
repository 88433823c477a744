import { describe, expect, it } from 'vitest';
import { readGone } from '#domain/assess/gone.ts';
import type { EvidenceField } from '#domain/process/process.ts';
import { NO_RULINGS } from '#domain/rulings/rulings.ts';
import { evidenceTable } from '#domain/template/evidence-table.ts';
import { aDoneWhen, aProcess, aSow, aStep, someSettings } from '#test/support/builders.ts';

const HELD: EvidenceField = { field: 'Held on', kind: 'date', required: true };
const RECORDING: EvidenceField = { field: 'Recording', kind: 'url', required: false };

const BODY = `## Checklist

- [ ] **Agenda** sent
{{#is.aws}}
- [ ] AWS account of {{customer.name}}
{{/is.aws}}
{{#is.on_prem}}
- [ ] Rack
{{/is.on_prem}}

## More (optional)

- [ ] Photo

{{> evidence}}
`;

function gone(
  description: string,
  { body = BODY, fields = [HELD, RECORDING] }: { body?: string; fields?: readonly EvidenceField[] } = {},
): { readonly checklist: readonly string[]; readonly evidence: readonly string[] } {
  const step = aStep('kick-off', { body, done_when: aDoneWhen({ evidence: [...fields] }) });
  const found = readGone(step, description, fields, {
    process: aProcess({ steps: [step] }),
    sow: aSow({ deployment: 'aws' }),
    settings: someSettings(),
    rulings: NO_RULINGS,
  });
  return { checklist: found.checklist, evidence: found.evidence.map(({ field }) => field) };
}

const TABLE = evidenceTable([HELD, RECORDING]);

describe('domain/gone', () => {
  it.each([
    ['empty', ''],
    ['without its list', TABLE],
    ['with its list as text', `${TABLE}\nAgenda sent, account there.`],
    ['with its list without boxes', `- Agenda sent\n\n${TABLE}`],
    ['with its list in code', `\`\`\`\n- [x] Agenda sent\n\`\`\`\n\n${TABLE}`],
    ['with its list in a comment', `<!--\n- [x] Agenda sent\n-->\n${TABLE}`],
    ['with its list made optional', `## Checklist (optional)\n\n- [ ] Agenda sent\n\n${TABLE}`],
    ['with its optional list alone', `## More (optional)\n\n- [ ] Photo\n\n${TABLE}`],
  ])('names the items of this SOW when a description is %s', (_, description) => {
    expect(gone(description).checklist).toEqual(['Agenda sent', expect.stringMatching(/^AWS account of /)]);
  });

  it.each([
    ['ticked', '- [x] Agenda sent'],
    ['not applicable', '- [~] Agenda sent'],
    ['reworded', '* [ ] Sent it'],
    ['translated', '1. [x] Tagesordnung verschickt'],
    ['merged into one', '- [x] Agenda and account'],
    ['saved with backslashes', '* \\[ \\] Agenda sent'],
    ['put into a cell', '<table>\n<tr>\n<td>\n\n* [ ] Agenda sent\n\n</td>\n</tr>\n</table>'],
    ['put into a quote', '>>>\n- [ ] Agenda sent\n>>>'],
  ])('blames nobody for items that are %s', (_, list) => {
    expect(gone(`${list}\n\n${TABLE}`)).toEqual({ checklist: [], evidence: [] });
  });

  it.each([
    ['has no list', 'Talk.\n\n{{> evidence}}\n'],
    ['has an optional list only', '## More (optional)\n\n- [ ] Photo\n\n{{> evidence}}\n'],
    ['has a list for other SOWs only', '{{#is.on_prem}}\n- [ ] Rack\n{{/is.on_prem}}\n\n{{> evidence}}\n'],
    ['has its list in code', '```\n- [ ] as an example\n```\n\n{{> evidence}}\n'],
    ['cannot be rendered', '- [ ] {{banana}}\n'],
  ])('asks for no list where the template %s', (_, body) => {
    expect(gone(TABLE, { body }).checklist).toEqual([]);
  });

  it('asks for no list where the step wants none', () => {
    const step = aStep('talk', { body: BODY, done_when: aDoneWhen({ checklist: false }) });
    const facts = {
      process: aProcess({ steps: [step] }),
      sow: aSow(),
      settings: someSettings(),
      rulings: NO_RULINGS,
    };

    expect(readGone(step, '', [], facts)).toEqual({ checklist: [], evidence: [], file: step.file });
  });

  it.each([
    ['removed', 'Talk.'],
    ['in code', `\`\`\`\n${TABLE}\n\`\`\``],
    ['of other rows', '| Record | Value |\n|---|---|\n| Place | Berlin |'],
  ])('names the fields when the table is %s', (_, text) => {
    expect(gone(`- [x] Agenda sent\n\n${text}`).evidence).toEqual(['Held on', 'Recording']);
  });

  it.each([
    ['one row is left', '| Recording | |'],
    ['it is in HTML', '<table>\n<tr>\n<td>Held on</td>\n<td></td>\n</tr>\n</table>'],
  ])('does not call the table gone when %s', (_, table) => {
    expect(gone(`- [x] Agenda sent\n\n${table}`).evidence).toEqual([]);
  });

  it('asks for no table in which nothing is required', () => {
    expect(gone('- [x] Agenda sent', { fields: [RECORDING] }).evidence).toEqual([]);
    expect(gone('- [x] Agenda sent', { fields: [] }).evidence).toEqual([]);
  });
});
