import { readBlocks } from './blocks.ts';
import { remembering } from './remembering.ts';
import { type Line, splitLines } from './split-lines.ts';

/** One line of Markdown. */
export interface TextLine extends Line {
  /** Whether the line is part of a code fence, its opening and closing lines included. */
  readonly fenced: boolean;
}

/** The lines of a Markdown text, every byte of it. */
export const textLines: (text: string) => readonly TextLine[] = remembering((text) => {
  const fenced = new Set<number>();
  if (/`{3}|~{3}/.test(text))
    for (const { kind, first, lines } of readBlocks(text))
      if (kind === 'fence') for (const index of lines.keys()) fenced.add(first + index);
  return splitLines(text).map((line, index) => ({ ...line, fenced: fenced.has(index) }));
});
