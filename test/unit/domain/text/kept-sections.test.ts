import { describe, expect, it } from 'vitest';
import { keptDifference, keptSection, writeKept } from '#domain/text/kept-sections.ts';

const facts = (hours: string) => ({
  name: 'facts',
  content: `| SOW | SOW-1042 |\n|---|---|\n| Hours | ${hours} |`,
});
const around = (section: string): string => `Before, by Ada.\n\n${section}\n\n- [ ] Behind\n`;
const WAS = facts('400');
const IS = facts('480');

describe('domain/text/kept-sections', () => {
  it('a section whose facts changed is rewritten, and every byte around it stays', () => {
    const text = around(keptSection(WAS));

    expect(keptDifference(text, [IS]).changes).toEqual([IS]);
    expect(writeKept(text, [IS])).toBe(around(keptSection(IS)));
    expect(keptDifference(writeKept(text, [IS]), [IS]).changes).toEqual([]);
  });

  it('a section keeps the line breaks of its text', () => {
    const text = around(keptSection(WAS)).replaceAll('\n', '\r\n');

    expect(writeKept(text, [IS])).toBe(around(keptSection(IS)).replaceAll('\n', '\r\n'));
    expect(keptDifference(text, [WAS]).changes).toEqual([]);
  });

  it('a section that somebody has written in is theirs, and is named while it says something else', () => {
    const text = around(keptSection(WAS).replace('| 400 |', '| 450, agreed by phone |'));

    expect(keptDifference(text, [IS]).changes).toEqual([]);
    expect(writeKept(text, [IS])).toBe(text);
    expect(keptDifference(text, [IS]).byHand).toEqual(['facts']);
    expect(keptDifference(text, [facts('450, agreed by phone')]).byHand).toEqual([]);
  });

  it('a section that an editor has only set anew is still ours', () => {
    const set = keptSection(WAS)
      .replace('| SOW | SOW-1042 |', '| **SOW** | SOW\\-1042  |')
      .replace('|---|---|', '| --- | -------- |');

    expect(writeKept(around(set), [IS])).toBe(around(keptSection(IS)));
    expect(keptDifference(around(set), [IS]).byHand).toEqual([]);
  });

  it('a section that somebody has emptied is written anew', () => {
    const [first = '', ...rest] = keptSection(WAS).split('\n');
    const emptied = around(`${first}\n\n${rest.at(-1)}`);

    expect(writeKept(emptied, [IS])).toBe(around(keptSection(IS)));
  });

  it.each([
    ['a section that was deleted', ''],
    ['a section without its last line', keptSection(WAS).split('\n').slice(0, -1).join('\n')],
    ['a section in a code fence', `\`\`\`\n${keptSection(WAS)}\n\`\`\``],
    ['a section of another name', keptSection({ ...WAS, name: 'mail' })],
  ])('%s is not put back', (_, section) => {
    expect(writeKept(around(section), [IS])).toBe(around(section));
    expect(keptDifference(around(section), [IS]).changes).toEqual([]);
    expect(keptDifference(around(section), [IS]).byHand).toEqual([]);
  });

  it('a copy of a section is people’s: the first is kept', () => {
    const text = `${keptSection(WAS)}\n\n${keptSection(WAS)}\n`;

    expect(writeKept(text, [IS])).toBe(`${keptSection(IS)}\n\n${keptSection(WAS)}\n`);
  });

  it('what stands as it should further down does not speak for a copy above that says something else', () => {
    const old = keptSection(WAS);
    const text = `${old.replace('| 400 |', '| 450, agreed by phone |')}\n\n${keptSection(IS)}\n`;

    expect(keptDifference(text, [IS])).toEqual({ changes: [], byHand: ['facts'] });
    expect(keptDifference(`${old}\n\n${keptSection(IS)}\n`, [IS])).toEqual({ changes: [IS], byHand: [] });
  });

  it('a code fence in a section may be left open by hand without swallowing what follows', () => {
    const mail = { name: 'mail', content: '```text\nDear Ada\n```' };
    const text = around(keptSection(mail).replace('Ada\n```', 'Ada'));

    expect(keptDifference(text, [mail]).byHand).toEqual(['mail']);
    expect(writeKept(text, [mail])).toBe(text);
  });
});
