/**
 * The rows of the tables that people see: pipe tables, also without their outer pipes or their head, and tables in HTML,
 * which GitLab's rich text editor writes as soon as a cell holds more than one paragraph.
 *
 * @see gitlabhq/gitlabhq `app/assets/javascripts/content_editor/services/serializer/table.js` at 3cdb310d
 */
import type { Block } from '#domain/markdown/blocks.ts';
import type { Definitions } from '#domain/markdown/definitions.ts';
import { attributeOf } from '#domain/markdown/html.ts';
import { readInline } from '#domain/markdown/inline.ts';
import { htmlPieces, type Piece, textOf } from '#domain/markdown/pieces.ts';
import { splitCells } from '#domain/markdown/pipe-row.ts';
import { linesOutside } from '#domain/markdown/spans.ts';
import { peopleText } from './people-text.ts';

/** What people see in a cell. */
export interface Cell {
  readonly text: string;
  /** Addresses of its links and images, in order. */
  readonly links: readonly string[];
}

/** The first two cells of every row outside of our managed block, in order. */
export type Row = readonly [Cell, Cell];

/** Rows with two cells at least. */
export function readRows(description: string): readonly Row[] {
  return readTableRows(description).flatMap(([first, second]): Row[] =>
    first === undefined || second === undefined ? [] : [[first, second]],
  );
}

/** All cells of every row, those that only draw the line under a head among them. */
export function readTableRows(description: string): readonly (readonly Cell[])[] {
  const { blocks, definitions } = peopleText(description);
  const tables = new TableReader();
  for (const block of blocks) {
    if (tables.inCell || block.kind === 'html') tables.read(piecesOf(block, definitions));
    else for (const line of pipeLines(block)) tables.rows.push(pipeRow(line, definitions));
  }
  tables.endRow();
  return tables.rows;
}

/** Lines that can be rows: people forget the head of a table, and what holds a pipe still reads as one. */
function pipeLines({ kind, lines }: Block): readonly string[] {
  if (kind !== 'table' && kind !== 'paragraph' && kind !== 'heading') return [];
  const source = lines.join('\n');
  if (!source.includes('|')) return [];
  const spans = kind === 'table' ? [] : readInline(source).spans;
  return linesOutside(lines, spans)
    .map((index) => lines[index] ?? '')
    .filter((line) => line.includes('|'));
}

function pipeRow(line: string, definitions: Definitions): readonly Cell[] {
  const [first = '', second = '', ...others] = splitCells(line);
  return [first, second, ...others].map((cell) => cellOf(readInline(cell, definitions).pieces));
}

function cellOf(pieces: readonly Piece[]): Cell {
  const links = pieces.flatMap((piece) => (piece.kind === 'link' ? (piece.href ?? []) : addressOf(piece)));
  return { text: textOf(pieces), links };
}

function addressOf({ tag }: Piece): string | [] {
  if (tag?.name === 'a') return attributeOf(tag, 'href') ?? [];
  return tag?.name === 'img' ? (attributeOf(tag, 'src') ?? []) : [];
}

function piecesOf(block: Block, definitions: Definitions): readonly Piece[] {
  const source = block.lines.join('\n');
  switch (block.kind) {
    case 'html':
    case 'preformatted':
      return htmlPieces(source);
    case 'comment':
    case 'rule':
      return [];
    case 'fence':
    case 'code':
      return [{ kind: 'code', text: `${source}\n`, start: 0, end: source.length }];
    case 'paragraph':
    case 'heading':
    case 'table':
      return readInline(`${source}\n`, definitions).pieces;
  }
}

/** Rows of HTML tables, from piece to piece: a cell may hold blank lines and Markdown, so that it spans blocks. */
class TableReader {
  readonly rows: (readonly Cell[])[] = [];
  private row: Piece[][] | null = null;
  private cell: Piece[] | null = null;

  get inCell(): boolean {
    return this.cell !== null;
  }

  read(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      const name = piece.tag?.name;
      if (name === 'tr' || name === 'table') this.endRow();
      else if (name === 'td' || name === 'th') this.startCell(piece.tag?.opens === true);
      else this.cell?.push(piece);
    }
  }

  endRow(): void {
    if (this.row !== null) this.rows.push(this.row.map(cellOf));
    this.row = null;
    this.cell = null;
  }

  private startCell(opens: boolean): void {
    this.cell = opens ? [] : null;
    if (this.cell === null) return;
    this.row ??= [];
    this.row.push(this.cell);
  }
}
