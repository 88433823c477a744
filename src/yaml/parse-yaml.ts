/** The only file that knows js-yaml: text to plain data, with the line of everything. */
import {
  CORE_SCHEMA,
  constructFromEvents,
  EVENT_ID,
  type Event,
  FAILSAFE_SCHEMA,
  parseEvents,
  YAMLException,
} from 'js-yaml';
import { type FieldPath, type InputProblem, problem, shown } from '#domain/base/input-problem.ts';
import { inspectEvents, type LineNode } from './inspect-events.ts';

export type ParsedYaml =
  | {
      readonly kind: 'ok';
      /** Plain data: texts, numbers, true and false, null, lists and groups of fields. Dates stay text. */
      readonly value: unknown;
      /** Line (from 1) of a field or list element; of what is around it when there is none. */
      readonly lineOf: (path: FieldPath) => number;
    }
  | { readonly kind: 'error'; readonly problems: readonly InputProblem[] };

const MAX_DEPTH = 40;

/**
 * Reads one YAML document (JSON is one too). Stricter than YAML: no anchors and aliases (so nothing can expand),
 * no second document, no key twice, no keys that JavaScript treats specially.
 *
 * @param options.scalars `text`: every scalar is the text that stands there, so that `+80` and `no` stay what they say
 */
export function parseYaml(
  text: string,
  file: string,
  { scalars = 'values' }: { readonly scalars?: 'values' | 'text' } = {},
): ParsedYaml {
  const lineAt = lineFinder(text);
  const problemAt = (position: number, at: FieldPath, message: string, fix: string): InputProblem =>
    problem({ file, line: lineAt(position), at }, message, fix);
  try {
    const events = parseEvents(text, { maxDepth: MAX_DEPTH });
    const second = secondDocument(events);
    if (events.length === 0)
      return {
        kind: 'error',
        problems: [problem({ file }, 'expected content, got nothing')],
      };
    if (second !== null)
      return {
        kind: 'error',
        problems: [
          problemAt(
            second,
            [],
            'expected one document, got a second',
            'Remove the line "---" and what follows.',
          ),
        ],
      };
    const { root, problems } = inspectEvents(events, text, { file, lineAt });
    if (problems.length > 0) return { kind: 'error', problems };
    const schema = scalars === 'text' ? FAILSAFE_SCHEMA : CORE_SCHEMA;
    const [value] = constructFromEvents(events, { source: text, schema, maxAliases: 0 });
    return { kind: 'ok', value, lineOf: (path) => lineAt(nearest(root, path)) };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return {
      kind: 'error',
      problems: [
        problemAt(error.mark?.position ?? 0, [], `not valid YAML: ${error.reason}`, fixFor(error.reason)),
      ],
    };
  }
}

/** Position of a second document, `null` when there is at most one. */
function secondDocument(events: readonly Event[]): number | null {
  const index = events.findIndex((event, index) => index > 0 && event.type === EVENT_ID.DOCUMENT);
  if (index === -1) return null;
  const content = events[index + 1];
  if (content === undefined || content.type === EVENT_ID.POP || content.type === EVENT_ID.DOCUMENT) return 0;
  if (content.type === EVENT_ID.SCALAR) return Math.max(content.valueStart, 0);
  return content.type === EVENT_ID.ALIAS ? content.anchorStart : content.start;
}

function nearest(root: LineNode, path: FieldPath): number {
  let node = root;
  for (const part of path) {
    const child = node.children.get(part);
    if (!child) break;
    node = child;
  }
  return node.position;
}

function fixFor(reason: string): string {
  if (reason.includes('tab char')) return 'Indent with spaces.';
  if (reason.includes('anchor') || reason.includes('alias'))
    return 'Put quotes around a text that begins with & or *.';
  if (reason.includes('maxDepth')) return 'Nothing here is that deep: check the brackets.';
  return `Check the indentation, and put quotes around a text that contains ": " or begins with one of ${shown("@`%&*!|>'{[")}.`;
}

/** Line breaks as YAML counts them: LF, CR LF, CR. */
function lineFinder(text: string): (position: number) => number {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return (position) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
