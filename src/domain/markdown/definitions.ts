/** Link reference definitions: label → address. */
export type Definitions = ReadonlyMap<string, string>;

const DEFINITION =
  /[ \t]*\[((?:\\.|[^\\[\]]){1,999})\]:[ \t]*\n?[ \t]*(<(?:\\.|[^<>\\\n])*>|(?!<)\S+)(?:(?:[ \t]+|[ \t]*\n[ \t]*)(?:"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|\((?:\\[^]|[^()\\])*\)))?[ \t]*(?:\n|$)/y;

/** The definitions that a paragraph begins with, and where its text begins behind them (CommonMark 4.7). */
export function readDefinitions(paragraph: string): { readonly found: Definitions; readonly end: number } {
  const found = new Map<string, string>();
  let end = 0;
  for (;;) {
    DEFINITION.lastIndex = end;
    const [whole, label = '', address = ''] = DEFINITION.exec(paragraph) ?? [];
    if (whole === undefined || labelKey(label) === '') return { found, end };
    if (!found.has(labelKey(label))) found.set(labelKey(label), address.replace(/^<(.*)>$/, '$1'));
    end += whole.length;
  }
}

/** Labels are compared without regard to case and to how many blanks there are. */
export function labelKey(label: string): string {
  return label.replace(/\s+/g, ' ').trim().toLowerCase();
}
