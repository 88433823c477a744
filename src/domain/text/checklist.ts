import type { Block } from '#domain/markdown/blocks.ts';
import { attributeOf } from '#domain/markdown/html.ts';
import { seenText } from '#domain/markdown/inline.ts';
import { htmlPieces, type Piece, textOf } from '#domain/markdown/pieces.ts';
import { peopleText } from './people-text.ts';

/** One task item of a description. */
export interface ChecklistItem {
  /** As people see it, on one line. */
  readonly text: string;
  /** Ticked, or marked `[~]`: does not apply. */
  readonly done: boolean;
  /** Stands under a heading that ends in "(optional)". */
  readonly optional: boolean;
}

/** A box at the beginning of a list item; with backslashes it is what an editor made of one, and people read a box. */
const BOX = /^[ \t]*\\?\[([\s\u00a0xX~])\\?\]\s+(?=\S)/;

/**
 * The task items people see, in order: not those in code, HTML comments or our managed block. A heading ending in
 * "(optional)" makes the items below it optional, up to the next heading of its level or above.
 */
export function readChecklist(description: string): ChecklistItem[] {
  const { blocks, definitions } = peopleText(description);
  const items: ChecklistItem[] = [];
  let optionalLevel: number | null = null;
  for (const block of blocks) {
    if (block.kind === 'heading') {
      if (optionalLevel !== null && block.level <= optionalLevel) optionalLevel = null;
      if (optionalLevel === null && isOptional(block)) optionalLevel = block.level;
    }
    for (const { source, done } of boxesOf(block)) {
      const text = typeof source === 'string' ? seenText(source, definitions) : textOf(source);
      if (text !== '') items.push({ text, done, optional: optionalLevel !== null });
    }
  }
  return items;
}

interface Box {
  readonly source: string | readonly Piece[];
  readonly done: boolean;
}

function boxesOf({ kind, lines, beginsItem }: Block): readonly Box[] {
  if (kind === 'html') return htmlBoxes(htmlPieces(lines.join('\n')));
  if (kind !== 'paragraph' || !beginsItem) return [];
  const [whole, mark = ''] = BOX.exec(lines[0] ?? '') ?? [];
  if (whole === undefined) return [];
  return [{ source: lines.join('\n').slice(whole.length), done: /[xX~]/.test(mark) }];
}

/** `<li><input type="checkbox" checked> text</li>`, as a list is copied from a page. */
function htmlBoxes(pieces: readonly Piece[]): readonly Box[] {
  const boxes: { source: Piece[]; done: boolean }[] = [];
  let open: Piece[] | null = null;
  for (const piece of pieces) {
    const { tag } = piece;
    if (tag?.name === 'li') open = null;
    if (tag?.name === 'input' && attributeOf(tag, 'type')?.toLowerCase() === 'checkbox') {
      open = [];
      boxes.push({ source: open, done: attributeOf(tag, 'checked') !== null });
    } else open?.push(piece);
  }
  return boxes;
}

function isOptional({ lines, level }: Block): boolean {
  const [first = ''] = lines;
  const title =
    lines.length > 1
      ? lines.slice(0, -1).join('\n')
      : first
          .trim()
          .slice(level)
          .replace(/[ \t]#+[ \t]*$/, '');
  return /\(optional\)$/i.test(seenText(title));
}
