import type { TemplateTag } from './tags.ts';

/** Tag with the tags inside, which only sections have. */
export interface TemplateNode {
  readonly tag: TemplateTag;
  readonly children: readonly TemplateNode[];
  /** Tag that ended the section, that of an outer section where the right one is missing; `null`: nothing did. */
  readonly closedBy: TemplateTag | null;
}

interface Growing extends TemplateNode {
  readonly children: TemplateNode[];
  closedBy: TemplateTag | null;
}

/**
 * Puts the tags between the tags of a section into that section. A closing tag that closes nothing stays in place.
 *
 * @example `{{#a}}{{b}}{{/a}}{{/c}}` → `#a` with the child `b`, then `/c`
 */
export function templateTree(tags: readonly TemplateTag[]): readonly TemplateNode[] {
  const top: TemplateNode[] = [];
  const open: Growing[] = [];
  for (const tag of tags) {
    if (tag.kind === 'close' && open.some((section) => section.tag.name === tag.name)) {
      closeSections(open, tag);
      continue;
    }
    const node: Growing = { tag, children: [], closedBy: null };
    (open.at(-1)?.children ?? top).push(node);
    if (isSection(node)) open.push(node);
  }
  return top;
}

/** Tells whether a node is a section, `{{#…}}` or `{{^…}}`. */
export function isSection({ tag }: TemplateNode): boolean {
  return tag.kind === 'section' || tag.kind === 'inverted';
}

/** Sections that nothing ends, outermost first. */
export function neverClosed(nodes: readonly TemplateNode[]): readonly TemplateNode[] {
  return nodes.flatMap((node) => [
    ...(isSection(node) && node.closedBy === null ? [node] : []),
    ...neverClosed(node.children),
  ]);
}

/** The first tag that more than some sections are around; `null` where none is. Walks level by level: any depth will do. */
export function deeperThan(most: number, nodes: readonly TemplateNode[]): TemplateTag | null {
  let level = nodes;
  for (let around = 0; around <= most && level.length > 0; around += 1)
    level = level.flatMap(({ children }) => children);
  return level[0]?.tag ?? null;
}

function closeSections(open: Growing[], closing: TemplateTag): void {
  for (let section = open.pop(); section !== undefined; section = open.pop()) {
    section.closedBy = closing;
    if (section.tag.name === closing.name) return;
  }
}
