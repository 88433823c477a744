/** Looks at what the author of a template wrote outside the tags: that acts in GitLab too. */

import { readBlocks } from '#domain/markdown/blocks.ts';
import { remembering } from '#domain/markdown/remembering.ts';
import { splitLines } from '#domain/markdown/split-lines.ts';
import type { TemplateTag } from './tags.ts';

/** Private-use characters that stand for the characters of a tag, and of an encoded text, which cannot act. */
const TAG = '\uE000';
const ENCODED = '\uE001';

/** Covers the tags and encoded texts of a template character by character: offsets and lines stay the same. */
export function maskedTemplate(template: string, tags: readonly TemplateTag[]): string {
  let masked = '';
  let from = 0;
  let encoding = false;
  for (const tag of tags) {
    const between = template.slice(from, tag.start);
    masked += encoding ? covered(between, ENCODED) : between;
    masked += covered(template.slice(tag.start, tag.end), encoding ? ENCODED : TAG);
    if (tag.name === 'encode' && (tag.kind === 'section' || tag.kind === 'close'))
      encoding = tag.kind === 'section';
    from = tag.end;
  }
  return masked + template.slice(from);
}

/**
 * Finds the part of a link address (`](https://…` or `<mailto:…`) directly before a place; `null` outside of link
 * addresses.
 */
export function linkAddressBefore(masked: string, at: number): string | null {
  const line = masked.slice(Math.max(0, masked.lastIndexOf('\n', at - 1) + 1), at);
  const address = /(?:\]\(|<(?=[a-z]+:))([^\s<>()]*)$/i.exec(line.replace(/[\uE000\uE001\n]+/g, ENCODED));
  return address === null ? null : (address[1] ?? '');
}

/**
 * Finds quick actions, mentions and references in the author's own words: each would act whenever an issue is
 * created.
 */
export function literalProblems(masked: string): { readonly line: number; readonly message: string }[] {
  const problems: { line: number; message: string }[] = [];
  for (const [index, line] of seenLines(masked)) {
    const report = (message: string): void => void problems.push({ line: index + 1, message });
    const text = line.replace(/`[^`]*`/g, '').replace(/[\w.+-]+@[\w-]+\.[\w.-]+/g, '');
    const [action] = /^\/(?:[a-z]\w*(?![\w/.])|[\uE000\uE001])/i.exec(line) ?? [];
    if (action !== undefined)
      report(
        `a line that begins with ${action.replace(/[\uE000\uE001]/g, '{{')} may run a quick action in GitLab: put words before it`,
      );
    const [mention] = /(?<![\w.])@[A-Za-z0-9_][\w.-]*/.exec(text) ?? [];
    if (mention !== undefined)
      report(
        `${mention} would notify somebody each time an issue is created: leave out the @, or put it in \`backticks\``,
      );
    const [reference] = /(?<![\w&])[#!]\d+|(?<![\w&])&\d+(?!;)/.exec(text) ?? [];
    if (reference !== undefined)
      report(
        `${reference} would be a reference to something of that number: put it in \`backticks\`, or write the number alone`,
      );
  }
  return problems;
}

/** The lines that are in no code fence, by their index, without comments. */
const seenLines: (masked: string) => readonly (readonly [number, string])[] = remembering((masked) => {
  const all = splitLines(masked).map(({ text }) => text);
  return readBlocks(masked)
    .filter(({ kind }) => kind !== 'fence')
    .flatMap(({ kind, first, lines }) => {
      const text = all.slice(first, first + lines.length).join('\n');
      const closed = text.replace(/<!--[^]*?-->/g, lineBreaksOf);
      const seen = kind === 'comment' ? closed.replace(/<!--[^]*$/, lineBreaksOf) : closed;
      return seen.split('\n').map((line, index) => [first + index, line] as const);
    });
});

function lineBreaksOf(text: string): string {
  return text.replace(/[^\n]/g, '');
}

function covered(text: string, by: string): string {
  return text.replace(/[^\n]/g, by);
}

/** Tells whether there can be a box in a text: most have none, and reading their blocks takes a hundred times as long. */
export function mayHaveBox(masked: string): boolean {
  return /\[[ xX~<]/.test(masked);
}

/** Finds the lines, from 1, that hold a box to be ticked. */
export function boxLines(masked: string): readonly number[] {
  if (!mayHaveBox(masked)) return [];
  return seenLines(masked)
    .filter(([, line]) => /^[\s>]*(?:[-*+]|\d+[.)])\s+\[[ xX~]\]\s/.test(line))
    .map(([index]) => index + 1);
}
