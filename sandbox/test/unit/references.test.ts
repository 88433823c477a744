import { describe, expect, it } from 'vitest';
import { findReferences } from '#sandbox/references.ts';

const none = { users: [], issues: [], epics: [], mergeRequests: [], others: [], all: false };

describe('sandbox/references', () => {
  it.each([
    ['a mention', 'hi @mira', { users: ['mira'] }],
    ['a mention in brackets', '(@mira)', { users: ['mira'] }],
    ['a mention before a full stop', 'ask @mira.', { users: ['mira'] }],
    ['a group', '@services/sub', { users: ['services/sub'] }],
    ['an entity', '&#64;mira', { users: ['mira'] }],
    ['emphasis', '**@mira**', { users: ['mira'] }],
    ['everyone', '@all', { all: true }],
    ['an issue', 'see #12', { issues: ['#12'] }],
    ['an issue elsewhere', 'services/engagements#12', { issues: ['services/engagements#12'] }],
    ['an expanded issue', '#12+', { issues: ['#12'] }],
    ['an epic', 'see &3', { epics: ['&3'] }],
    ['an epic written with an entity', 'see &amp;3', { epics: ['&3'] }],
    ['an epic elsewhere', 'services&3', { epics: ['services&3'] }],
    ['a merge request', '!7', { mergeRequests: ['!7'] }],
    ['a label', '~bug', { others: ['~bug'] }],
    ['a label in quotes', '~"needs help"', { others: ['~"needs help"'] }],
    ['a milestone', '%v1', { others: ['%v1'] }],
    ['a snippet', '$5', { others: ['$5'] }],
    ['an alert', '^alert#1', { issues: ['alert#1'], others: ['^alert#1'] }],
    ['a heading', '# @mira', { users: ['mira'] }],
    ['a table cell', '| a |\n|---|\n| @mira |', { users: ['mira'] }],
    ['raw HTML', '<b>@mira</b>', { users: ['mira'] }],
    ['an HTML block', '<div>\n@mira\n</div>', { users: ['mira'] }],
    ['the text of a link', '[@mira](http://x.test)', { users: ['mira'] }],
  ])('finds %s', (_what, markdown, expected) => {
    expect(findReferences(markdown)).toEqual({ ...none, ...expected });
  });

  it.each([
    ['inline code', '`@mira #1`'],
    ['a code block', '```\n@mira\n```'],
    ['an indented code block', 'a\n\n    @mira'],
    ['an HTML comment', '<!-- @mira #1 -->'],
    ['an escaped mention', '\\@mira'],
    ['an escaped issue', '\\#1'],
    ['an escaped epic', '\\&1'],
    ['an e-mail address', 'mira@example'],
    ['a mention split by an invisible character', '@\u200Bmira'],
    ['preformatted HTML', '<pre>\n@mira\n</pre>'],
    ['a number sign without a number', '# heading'],
  ])('finds nothing in %s', (_what, markdown) => {
    expect(findReferences(markdown)).toEqual(none);
  });

  it('finds addresses of issues, epics and merge requests', () => {
    const markdown =
      'https://gitlab.test/s/e/-/issues/1 https://gitlab.test/groups/s/-/epics/2 https://gitlab.test/s/e/-/merge_requests/3';

    expect(findReferences(markdown)).toMatchObject({
      issues: ['https://gitlab.test/s/e/-/issues/1'],
      epics: ['https://gitlab.test/groups/s/-/epics/2'],
      mergeRequests: ['https://gitlab.test/s/e/-/merge_requests/3'],
    });
  });

  it('names everything once', () => {
    expect(findReferences('@mira @mira #1 #1')).toMatchObject({ users: ['mira'], issues: ['#1'] });
  });
});
