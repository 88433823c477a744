import { describe, expect, it } from 'vitest';
import { readChecklist } from '#domain/text/checklist.ts';
import { writeManagedBlock } from '#domain/text/managed-block.ts';
import { measureCpu } from '#test/support/cpu.ts';

function items(description: string): string[] {
  return readChecklist(description).map(
    ({ text, done, optional }) => `${done ? 'x' : ' '}${optional ? '?' : ''} ${text}`,
  );
}

describe('domain/checklist', () => {
  it('reads every kind of list, ticked, open or not applicable', () => {
    const description =
      '- [ ] a\n* [x] b\n+ [X] c\n1. [ ] d\n2) [~] e\r\n- [\u00a0] f\n  - [x] nested\n      1. [ ] deeper\n> - [ ] quoted\n> > * [x] twice\n- - [ ] list in list';

    expect(items(description)).toEqual([
      '  a',
      'x b',
      'x c',
      '  d',
      'x e',
      '  f',
      'x nested',
      '  deeper',
      '  quoted',
      'x twice',
      '  list in list',
    ]);
  });

  it.each([
    ['no list', '[ ] a'],
    ['no blank', '- [ ]a'],
    ['no text', '- [ ] '],
    ['another mark', '- [y] a'],
    ['a link', '- [x](https://example.com) a'],
    ['an escaped link', '- \\[x\\](https://example.com) a'],
    ['an empty item as the rich text editor saves it', '* [ ] &nbsp;'],
    ['indented code', 'text\n\n    - [ ] a'],
    ['text that is indented and no list', 'text\n    - [ ] a'],
    ['HTML that is no list', '<div>\n- [ ] a\n</div>'],
    ['<pre>', '<pre>\n\n- [ ] a\n\n</pre>'],
    ['a code fence', '```\n- [ ] a\n```'],
    ['a fence in a list', '- step\n  ~~~\n  - [ ] a\n  ~~~'],
    ['a fence never closed', '````\n- [ ] a\n```\n- [ ] b'],
    ['a comment on one line', '- x <!-- - [ ] a -->'],
    ['a comment over lines', '<!--\n- [ ] a\n```\n-->'],
    [
      'the managed block',
      writeManagedBlock(
        '',
        { kind: 'step', engagement: 'SOW-1', process: 'p', profile: null, step: 's' },
        '- [ ] a',
      ),
    ],
  ])('finds nothing in %s', (_, description) => {
    expect(items(description)).toEqual([]);
  });

  it.each([
    ['a comment that ended', '<!--\n- [ ] a\n-->\n- [ ] b', ['  b']],
    ['a fence inside a comment', '<!--\n```\n-->\n- [ ] b', ['  b']],
    ['a comment opened inside inline code', 'write `<!--` here\n- [ ] b', ['  b']],
    ['a fence that the end of a quote ended', '> ```\n> - [ ] a\n\n- [ ] b', ['  b']],
    ['a fence that the end of a list ended', '- ```\n  - [ ] a\n\n- [ ] b', ['  b']],
    ['inline code with three backticks', '```x``` y\n- [ ] b', ['  b']],
    ['a broken managed block', '<!-- procession:step v1 SOW-1 p s -->\n- [ ] b', ['  b']],
  ])('goes on after %s', (_, description, expected) => {
    expect(items(description)).toEqual(expected);
  });

  it.each([
    ['- \\[ \\] a', '  a'],
    ['* \\[x\\] a', 'x a'],
    ['1. \\[~] a', 'x a'],
    ['* [ ] **Call** the `customer` &amp; write \\[notes\\]', '  Call the customer & write [notes]'],
    ['- [x] see [the notes](https://example.com/(1) "Notes")', 'x see the notes'],
    ['- [ ] a text\n      that goes on\nand on', '  a text that goes on and on'],
    ['-\n  [ ] a', '  a'],
    ['>>>\n- [ ] a\n>>>', '  a'],
    ['<details>\n<summary>More</summary>\n\n- [ ] a\n\n</details>', '  a'],
    ['<table>\n<tr>\n<td>\n\n* [x] a\n\n</td>\n</tr>\n</table>', 'x a'],
    ['<ul>\n<li><input type="checkbox" checked disabled> <b>a</b></li>\n</ul>', 'x a'],
    ['<ol><li class="task"><input disabled type=checkbox><p>a</p></ol>', '  a'],
  ])('reads %j as people see it', (description, item) => {
    expect(items(description)).toEqual([item]);
  });

  it('makes items below an "(optional)" heading optional, up to the next heading of its level', () => {
    const description =
      '## Must\n- [ ] a\n## Extras (optional)\n- [ ] b\n### Deeper\n- [ ] c\n### Also (Optional) ##\n- [ ] d\n## Must again\n- [ ] e\n# Nice (optional)  \n- [ ] f\n\n#hashtag\n- [ ] g\n\n**Nice** (optional)\n---\n- [ ] h';

    expect(items(description)).toEqual(['  a', ' ? b', ' ? c', ' ? d', '  e', ' ? f', ' ? g', ' ? h']);
  });

  it('reads hostile descriptions in no time', () => {
    const n = 100_000;
    const busyMs = measureCpu();
    for (const piece of [
      ' ',
      '- ',
      '> ',
      '# ',
      '<!--',
      '`',
      '- [ ',
      '#',
      '* ',
      '1. ',
      '\t',
      '|',
      '[',
      '\\',
      '_',
      '**',
      'x\n',
      '<!-- procession:step v1 ',
    ])
      for (const lead of ['', '- [ ] x', '# x', '> ', '| Held on |']) items(lead + piece.repeat(n) + 'y');
    expect(busyMs()).toBeLessThan(10_000);
  }, 120_000);
});
