/** A template cut into its parts. */
export interface SplitTemplate {
  /** The YAML between the two `---` lines, in its own lines of the file: as many empty lines come first. */
  readonly frontMatter: string;
  readonly body: string;
  /** How many lines of the file stand before the body. */
  readonly linesBefore: number;
}

/** Cuts front matter from a template; `null` when the first line is not `---` or the second `---` is missing. */
export function splitFrontMatter(text: string): SplitTemplate | null {
  const lines = text.split('\n');
  if (lines[0]?.trimEnd() !== '---') return null;
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---');
  if (end === -1) return null;
  return {
    frontMatter: ['', ...lines.slice(1, end), ''].join('\n'),
    body: lines.slice(end + 1).join('\n'),
    linesBefore: end + 1,
  };
}
