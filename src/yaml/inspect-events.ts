import { EVENT_ID, type Event, getScalarValue } from 'js-yaml';
import type { FieldPath } from '#domain/base/input-problem.ts';

/** Where a value stands: the position of its key, or of the value itself in a list. */
export interface LineNode {
  readonly position: number;
  readonly children: ReadonlyMap<string | number, LineNode>;
}

/** Something YAML allows and we do not. */
export interface Finding {
  readonly position: number;
  readonly path: FieldPath;
  readonly message: string;
  readonly fix: string;
  /** Position of the other thing it clashes with. */
  readonly other?: number;
}

interface Cursor {
  readonly events: readonly Event[];
  readonly source: string;
  readonly findings: Finding[];
  index: number;
}

/** Assigning one of these to an object changes more than a field of it. */
const SPECIAL_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Walks the parser's events of one document: where everything stands, and what we refuse, all at once. */
export function inspectEvents(
  events: readonly Event[],
  source: string,
): { root: LineNode; findings: readonly Finding[] } {
  // Event 0 opens the document.
  const cursor: Cursor = { events, source, findings: [], index: 1 };
  const root = inspectNode(cursor, [], 0);
  return { root, findings: cursor.findings };
}

function inspectNode(cursor: Cursor, path: FieldPath, fallback: number): LineNode {
  const event = cursor.events[cursor.index];
  cursor.index += 1;
  const position = event ? startOf(event, fallback) : fallback;
  const children = new Map<string | number, LineNode>();
  if (!event) return { position, children };
  refuseAnchor(cursor, event, path, position);
  if (event.type === EVENT_ID.SEQUENCE) {
    for (let index = 0; !atEnd(cursor); index += 1)
      children.set(index, inspectNode(cursor, [...path, index], position));
    cursor.index += 1;
  }
  if (event.type === EVENT_ID.MAPPING) {
    while (!atEnd(cursor)) inspectPair(cursor, path, position, children);
    cursor.index += 1;
  }
  return { position, children };
}

function inspectPair(
  cursor: Cursor,
  path: FieldPath,
  fallback: number,
  children: Map<string | number, LineNode>,
): void {
  const event = cursor.events[cursor.index];
  const isName = event?.type === EVENT_ID.SCALAR;
  const name = isName ? getScalarValue(cursor.source, event) : '?';
  const at = [...path, name];
  const { position } = inspectNode(cursor, at, fallback);
  const first = children.get(name);
  if (!isName && event?.type !== EVENT_ID.ALIAS)
    cursor.findings.push({
      position,
      path,
      message: 'expected the name of a field, got a list or fields',
      fix: 'Write name: value.',
    });
  else if (SPECIAL_KEYS.has(name))
    cursor.findings.push({
      position,
      path: at,
      message: 'a field must not have this name',
      fix: 'Remove it.',
    });
  else if (first && isName)
    cursor.findings.push({
      position,
      path: at,
      message: 'the field is there twice',
      fix: 'Keep one of them.',
      other: first.position,
    });
  const value = inspectNode(cursor, at, position);
  if (!first) children.set(name, { position, children: value.children });
}

/** Every anchor is named; aliases only when nothing they could mean is there, as in `name: *important*`. */
function refuseAnchor(cursor: Cursor, event: Event, path: FieldPath, position: number): void {
  const isAlias = event.type === EVENT_ID.ALIAS;
  const hasAnchor = 'anchorStart' in event && event.anchorStart >= 0;
  if (isAlias ? cursor.findings.length > 0 : !hasAnchor) return;
  cursor.findings.push({
    position: hasAnchor ? event.anchorStart : position,
    path,
    message: `${isAlias ? 'aliases (*name)' : 'anchors (&name)'} are not used here`,
    fix: 'Write the value out, or put quotes around a text that begins with & or *.',
  });
}

function atEnd(cursor: Cursor): boolean {
  const event = cursor.events[cursor.index];
  return event === undefined || event.type === EVENT_ID.POP;
}

function startOf(event: Event, fallback: number): number {
  if (event.type === EVENT_ID.SCALAR) return event.valueStart >= 0 ? event.valueStart : fallback;
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart;
  return event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING ? event.start : fallback;
}
