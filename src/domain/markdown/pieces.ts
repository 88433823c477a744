import { attributeOf, decodeEntities, type Tag, tagAt, unseenEnd } from './html.ts';

/** A piece of what people see. Pieces joined by their texts are the text. */
export interface Piece {
  readonly kind: 'text' | 'code' | 'break' | 'tag' | 'link' | 'link-end';
  /** Nothing for tags and links; a line break for `break`. */
  readonly text: string;
  readonly tag?: Tag;
  /** The address of a link or image; at the end only where the text need not show it. */
  readonly href?: string;
  /** Where in the source it stands. */
  readonly start: number;
  readonly end: number;
}

/** The text of pieces, as one line: every run of blanks is one. */
export function textOf(pieces: readonly Piece[]): string {
  let seen = '';
  for (const { text, tag } of pieces) seen += tag === undefined ? text : tagText(tag);
  return /\s{2}|[^\S ]/.test(seen) ? seen.replace(/\s+/g, ' ').trim() : seen.trim();
}

function tagText(tag: Tag): string {
  if (tag.name === 'img') return attributeOf(tag, 'alt') ?? '';
  return BREAKING.test(tag.name) ? ' ' : '';
}

/** The pieces of an HTML block: in it nothing is Markdown. */
export function htmlPieces(source: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const endless = new Set<string>();
  for (let at = 0; at < source.length; ) {
    const tag = tagAt(source, at);
    const next = source.indexOf('<', at + 1);
    const text = next === -1 ? source.length : next;
    const unseen = source.charAt(at) === '<' && tag === null ? unseenEnd(source, at, endless) : -1;
    const end = tag?.end ?? (unseen === -1 ? text : unseen);
    if (tag !== null) pieces.push({ kind: 'tag', text: '', tag, start: at, end });
    else if (unseen === -1)
      pieces.push({ kind: 'text', text: decodeEntities(source.slice(at, end)), start: at, end });
    at = end;
  }
  return pieces;
}

/** Elements that begin a line of their own where they stand. */
const BREAKING = /^(?:br|p|div|li|ul|ol|tr|td|th|table|h[1-6]|blockquote|pre|hr|details|summary)$/;
