import { EVENT_ID, type Event, getScalarValue } from 'js-yaml';
import { type FieldPath, type InputProblem, problem } from '#domain/base/input-problem.ts';

/** Where a value stands: the position of its key, or of the value itself in a list. */
export interface LineNode {
  readonly position: number;
  readonly children: ReadonlyMap<string | number, LineNode>;
}

/** The file that is read, and the line of a position in it. */
interface Place {
  readonly file: string;
  readonly lineAt: (position: number) => number;
}

interface Cursor {
  readonly events: readonly Event[];
  readonly source: string;
  readonly place: Place;
  readonly problems: InputProblem[];
  index: number;
}

/** Assigning one of these to an object changes more than a field of it. */
const SPECIAL_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Walks the parser's events of one document: where everything stands, and what YAML allows and we refuse, all at once. */
export function inspectEvents(
  events: readonly Event[],
  source: string,
  place: Place,
): { root: LineNode; problems: readonly InputProblem[] } {
  // Event 0 opens the document.
  const cursor: Cursor = { events, source, place, problems: [], index: 1 };
  const root = inspectNode(cursor, [], 0);
  return { root, problems: cursor.problems };
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
    refuse(
      cursor,
      { position, at: path },
      'expected the name of a field, got a list or fields',
      'Write name: value.',
    );
  else if (SPECIAL_KEYS.has(name))
    refuse(cursor, { position, at }, 'a field must not have this name', 'Remove it.');
  else if (first && isName)
    refuse(
      cursor,
      { position, at },
      `the field is there twice (first in line ${cursor.place.lineAt(first.position)})`,
      'Keep one of them.',
    );
  const value = inspectNode(cursor, at, position);
  if (!first) children.set(name, { position, children: value.children });
}

/** Every anchor is named; aliases only when nothing they could mean is there, as in `name: *important*`. */
function refuseAnchor(cursor: Cursor, event: Event, path: FieldPath, position: number): void {
  const isAlias = event.type === EVENT_ID.ALIAS;
  const hasAnchor = 'anchorStart' in event && event.anchorStart >= 0;
  if (isAlias ? cursor.problems.length > 0 : !hasAnchor) return;
  refuse(
    cursor,
    { position: hasAnchor ? event.anchorStart : position, at: path },
    `${isAlias ? 'aliases (*name)' : 'anchors (&name)'} are not used here`,
    'Write the value out, or put quotes around a text that begins with & or *.',
  );
}

function refuse(
  { problems, place }: Cursor,
  { position, at }: { readonly position: number; readonly at: FieldPath },
  message: string,
  fix: string,
): void {
  problems.push(problem({ file: place.file, line: place.lineAt(position), at }, message, fix));
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
