import { describe, expect, it } from 'vitest';
import { extractQuickActions } from '#sandbox/quick-actions.ts';

const names = (text: string): string[] => extractQuickActions(text).commands.map((command) => command.name);

describe('sandbox/quick-actions', () => {
  it.each([
    ['a line that starts with a known command', 'hello\n/close'],
    ['upper case', '/CLOSE'],
    ['carriage returns, which are deleted first', 'hello\r\n/close\r\n'],
    ['a carriage return inside the name', '/cl\rose'],
    ['an argument that the command does not take', '/close the deal'],
    ['trailing blanks', '/close   \nmore'],
    ['a tab after the name at the end of the line', '/close\t\nmore'],
    ['the first of a paragraph', '/close\nand then some text'],
    ['the middle of a paragraph', 'text\n/close\ntext'],
    ['a line after a list item', '- item\n/close'],
    ['a line after a quoted line', '> quoted\n/close'],
    ['the line above an underline', '/close\n==='],
    ['a paragraph between tags with blank lines', '<div>\n\n/close\n\n</div>'],
    ['an unclosed block quote', '>>>\n/close'],
    ['a line below the end of a quote', '>\n>>>\n/close\n>>>'],
    ['a line below HTML that holds the marks of a quote', '</b>\n>>>\n\n/close\n>>>'],
    ['a line after a closed code block', '```\ncode\n```\n/close'],
    ['a line after a table', '| a |\n|---|\n| b |\n/close'],
    ['a row of a table', '/close | x\n---|---'],
    ['a line below a horizontal rule', '---\n/close'],
    ['a name written with the Kelvin sign', '/loc\u212A'],
  ])('takes %s for a command', (_what, text) => {
    expect(names(text)).toHaveLength(1);
  });

  it.each([
    ['an indented line', ' /close'],
    ['a fenced code block', '```\n/close\n```'],
    ['a code block fenced with tildes', '~~~\n/close\n~~~'],
    ['an unclosed fence', '```\n/close'],
    ['an indented code block', 'text\n\n    /close'],
    ['an HTML block', '<div>\n/close\n</div>'],
    ['an HTML comment', '<!--\n/close\n-->'],
    ['a block quote', '>>>\n/close\n>>>'],
    ['inline code over several lines', '`text\n/close\n`'],
    ['a list item', '- /close'],
    ['a quoted line', '> /close'],
    ['an unknown name', '/closing'],
    ['a longer word', '/closed'],
    ['a path', '/usr/bin'],
    ['two slashes', '//close'],
    ['an escaped slash', '\\/close'],
    ['an entity', '&#47;close'],
    ['a slash within the line', 'see /close'],
    ['a tab before the argument', '/label\t~bug'],
    ['a line separator that is none in Ruby', 'text\u2028/close'],
  ])('leaves %s alone', (_what, text) => {
    expect(extractQuickActions(text)).toEqual({ text: text.trimEnd(), commands: [] });
  });

  it('keeps the text and drops the commands with the blank line behind them', () => {
    const text = 'Before\n/label ~"a b" ~c\n\nAfter\n/assign @mira\n';

    expect(extractQuickActions(text)).toEqual({
      text: 'Before\nAfter',
      commands: [
        { name: 'label', argument: '~"a b" ~c' },
        { name: 'assign', argument: '@mira' },
      ],
    });
  });

  it('prefers the longest name', () => {
    expect(names('/remove_due_date\n/labels ~x')).toEqual(['remove_due_date', 'labels']);
  });

  it('leaves nothing of a note that holds commands only', () => {
    expect(extractQuickActions('/close\n/label ~x').text).toBe('');
  });

  it('replaces a substitution by its text', () => {
    expect(extractQuickActions('/shrug well').text).toContain('ツ');
  });
});
