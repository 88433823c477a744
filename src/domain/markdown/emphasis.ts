/**
 * A run of `*`, `_` or `~~` that may begin or end emphasis.
 *
 * @see https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis
 */
export interface Delimiter {
  /** Where it stands, and the marks that are not used up: those are text. */
  readonly node: { readonly start: number; text: string };
  readonly sign: string;
  readonly length: number;
  readonly opens: boolean;
  readonly closes: boolean;
}

/** Reads a run of marks between two characters; `null` when it can begin and end nothing. */
export function delimiterOf(node: Delimiter['node'], before: string, after: string): Delimiter | null {
  const sign = node.text.charAt(0);
  const { length } = node.text;
  if (sign === '~' && length !== 2) return null;
  const left = !isSpace(after) && (!isMark(after) || isSpace(before) || isMark(before));
  const right = !isSpace(before) && (!isMark(before) || isSpace(after) || isMark(after));
  const opens = left && (sign !== '_' || !right || isMark(before));
  const closes = right && (sign !== '_' || !left || isMark(after));
  return opens || closes ? { node, sign, length, opens, closes } : null;
}

/** Takes the marks of emphasis out of the text, pair by pair. */
export function takeOutEmphasis(delimiters: readonly Delimiter[]): void {
  const open: Delimiter[] = [];
  /** By kind of closer: what began before this offset was looked at in vain. */
  const vain = new Map<string, number>();
  for (const closer of delimiters) {
    const kind = `${closer.sign}${closer.opens}${closer.length % 3}`;
    while (closer.closes && closer.node.text !== '') {
      const opener = leaveOpener(open, closer, vain.get(kind) ?? 0);
      if (opener === null) {
        vain.set(kind, closer.node.start);
        break;
      }
      const used = opener.node.text.length > 1 && closer.node.text.length > 1 ? 2 : 1;
      opener.node.text = opener.node.text.slice(used);
      closer.node.text = closer.node.text.slice(used);
      if (opener.node.text !== '') open.push(opener);
    }
    if (closer.opens && closer.node.text !== '') open.push(closer);
  }
}

/** Takes the nearest delimiter that a closer ends off those that are open, and all behind it. */
function leaveOpener(open: Delimiter[], closer: Delimiter, from: number): Delimiter | null {
  for (let index = open.length - 1; index >= 0; index -= 1) {
    const opener = open[index];
    if (opener === undefined || opener.node.start < from) return null;
    const odd =
      (closer.opens || opener.closes) && closer.length % 3 !== 0 && (opener.length + closer.length) % 3 === 0;
    if (opener.sign !== closer.sign || odd) continue;
    open.length = index;
    return opener;
  }
  return null;
}

function isSpace(character: string): boolean {
  return /\s/.test(character);
}

function isMark(character: string): boolean {
  return /[\p{P}\p{S}]/u.test(character);
}
