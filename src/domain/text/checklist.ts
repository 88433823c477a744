import { readManagedBlock } from './managed-block.ts';
import { textLines } from './text-lines.ts';

/** One task item of a description. */
export interface ChecklistItem {
  readonly text: string;
  /** Ticked, or marked `[~]`: does not apply. */
  readonly done: boolean;
  /** Stands under a heading that ends in "(optional)". */
  readonly optional: boolean;
}

/** As GitLab finds task items (`app/models/concerns/taskable.rb`): quote marks, one or more list marks, box, some text. */
const ITEM = /^(?:>\s{0,4})*\s*(?:(?:[-*+]|\d{1,9}[.)])\s{1,4}){1,20}\[([\s\u00a0xX~])\]\s+(\S.*)$/;
const HEADING = /^ {0,3}(#{1,6})[ \t](.*)$/;

/**
 * The task items people see, in order: not those in code fences, HTML comments or our managed block. A heading ending in
 * "(optional)" makes the items below it optional, up to the next heading of its level or above.
 */
export function readChecklist(description: string): ChecklistItem[] {
  const items: ChecklistItem[] = [];
  let optionalLevel: number | null = null;
  for (const line of humanLines(description)) {
    const [, marks = '', title = ''] = HEADING.exec(line) ?? [];
    if (marks !== '') {
      if (optionalLevel !== null && marks.length <= optionalLevel) optionalLevel = null;
      if (optionalLevel === null && isOptional(title)) optionalLevel = marks.length;
    }
    const [, box, text] = ITEM.exec(line) ?? [];
    if (box !== undefined && text !== undefined)
      items.push({ text: text.trim(), done: /[xX~]/.test(box), optional: optionalLevel !== null });
  }
  return items;
}

function isOptional(title: string): boolean {
  return /\(optional\)[*_]{0,3}$/i.test(title.trimEnd().replace(/\s#+$/, '').trimEnd());
}

/** The lines of a description that belong to people and are shown to them: no code fence, no comment, no managed block. */
export function humanLines(description: string): string[] {
  const block = readManagedBlock(description);
  const parts = block === null ? [description] : [block.before, block.after];
  return parts.flatMap((part) =>
    textLines(part)
      .filter(({ fenced }) => !fenced)
      .map(({ visible }) => visible),
  );
}
