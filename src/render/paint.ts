import { printable } from '#domain/base/input-problem.ts';

/** Meaning of a piece of text, by which a terminal chooses a colour. */
export type Tone = 'heading' | 'dim' | 'good' | 'change' | 'bad' | 'link';

/** Colours a text, or leaves the text as it is. */
export type Paint = (tone: Tone, text: string) => string;

/** Leaves every text as it is, for pipes, files and tests. */
export const plain: Paint = (_, text) => text;

/**
 * Text of people and CRMs for a terminal or a report: on one line, moves no cursor, reverses nothing. The invisible
 * characters that keep text inert in GitLab are dropped.
 */
export function visible(text: string): string {
  return printable(text.replaceAll('\u2060', ''));
}
