/** The parser of the sandbox reads as markdown-it does; only how its tokens come to be is its own. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Markdown from 'markdown-it';
import { expect, it } from 'vitest';
import { createParser } from '#sandbox/markdown-parser.ts';

const root = join(import.meta.dirname, '../../..');
const files = globSync(['docs/*.md', 'issue_templates/*/*.md', 'test/fixtures/*.ts'], { cwd: root });

it.each([
  ...files.map((file) => [file, () => readFileSync(join(root, file), 'utf8')] as const),
  [
    'nested emphasis and links',
    () => '**a *b [c *d*](e "f") ~~g~~* h** ![*i*](j)\n\n> - k `l` <b>m</b>',
  ] as const,
])('makes the tokens of markdown-it of %s', (_, read) => {
  const text = read();

  const tokens = createParser().parse(text, {});

  expect(tokens.length).toBeGreaterThan(0);
  expect(JSON.stringify(tokens, inOrder)).toEqual(
    JSON.stringify(new Markdown({ html: true, linkify: false }).parse(text, {}), inOrder),
  );
});

it('gives tokens the methods of markdown-it', () => {
  const [paragraph] = createParser().parse('[a](b)', {}).slice(1);
  const [link] = paragraph?.children ?? [];

  expect(link?.attrGet('href')).toBe('b');
});

/** Fields by their names: in which order they were set says nothing. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
