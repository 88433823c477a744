import mustache from 'mustache';
import { TemplateError } from '#domain/base/errors.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import { remembering } from '#domain/markdown/remembering.ts';
import { textLines } from '#domain/markdown/text-lines.ts';
import {
  clampTitle,
  fencedText,
  inlineText,
  linkText,
  plainText,
  titleText,
  urlText,
} from '#domain/text/foreign-text.ts';
import { type KeptText, keptSection } from '#domain/text/kept-sections.ts';
import { evidenceTable } from './evidence-table.ts';
import { keptName } from './kept.ts';
import { knownName } from './names.ts';
import { fatalProblems, type TemplateContext } from './problems.ts';
import { templateSource, withBraces } from './tags.ts';
import type { View } from './view.ts';

/** Shown where an optional field has no value. */
const ABSENT = '–';
const LONGEST_TITLE = 255;

/** Partials, and the name of the file for messages. */
export interface RenderOptions {
  readonly partials: Readonly<Record<string, string>>;
  /** File of the template, for messages. */
  readonly file: string;
}

/** How values come out: as Markdown, inside a code fence, raw for {@link urlText}, or as a title. */
type Mode = 'inline' | 'text' | 'encode' | 'title';

/** An open list element or group of fields. */
interface Scope {
  readonly path: string;
  readonly value: unknown;
  /** Position in the list, from 1. */
  readonly number: number;
}

/** What a template is rendered with, at one place of it. */
export interface Rendering {
  readonly view: View;
  readonly partials: Readonly<Record<string, string>>;
  readonly template: string;
  readonly scopes: readonly Scope[];
  readonly mode: Mode;
}

/** What `mustache.parse` gives: symbol, name or text, start, end, then children or the indentation of a partial. */
export type Token = readonly [
  string,
  string,
  number,
  number,
  (readonly Token[] | string)?,
  number?,
  boolean?,
];

/**
 * Renders a step or epic template to Markdown (the language: `docs/templates.md`). Values are data: they come out
 * inert whatever they hold, and are never rendered again. Leaves at most one blank line in a row outside code fences
 * and ends with one line break. The same template and view give the same text.
 *
 * @throws {TemplateError} with every problem at once: unknown names or partials, unclosed or forbidden tags.
 */
export function renderTemplate(template: string, view: View, options: RenderOptions): string {
  const kind = view.forStep ? 'step' : 'epic';
  return tidied(rendered(template, view, { ...options, kind, about: view.about }));
}

/**
 * Renders a title: one line, at most 255 characters (GitLab's limit), no Markdown.
 *
 * @throws {TemplateError} as {@link renderTemplate}; partials, `text` and `encode` have no place in a title.
 */
export function renderTitle(template: string, view: View, file: string): string {
  const title = rendered(template, view, { partials: NO_PARTIALS, file, kind: 'title', about: view.about });
  return clampTitle(title.replace(/\s+/g, ' ').trim(), LONGEST_TITLE);
}

/** Always the same, so that a title is checked once. */
const NO_PARTIALS: RenderOptions['partials'] = {};

/** One kept section as it says what the view does. */
export function keptText(name: string, children: readonly Token[], rendering: Rendering): KeptText {
  return { name, content: tidied(withBraces(renderTokens(children, rendering))).trimEnd() };
}

/** @throws {TemplateError} with what makes a template impossible or unsafe to render */
export function refuseFatal(
  source: string,
  context: TemplateContext,
  others: readonly InputProblem[] = [],
): void {
  const problems = [...fatalProblems(source, context), ...others];
  if (problems.length > 0) throw new TemplateError(problems);
}

function stepInTitle(source: string, { file }: TemplateContext): readonly InputProblem[] {
  const message = '{{step.…}} means nothing in the title of an epic; it belongs to a step';
  return /\{\{[#^\s]*step\./.test(source) ? [problem({ file, line: 1 }, message)] : [];
}

function rendered(template: string, view: View, context: TemplateContext): string {
  const source = templateSource(template);
  refuseFatal(source, context, context.kind === 'title' && !view.forStep ? stepInTitle(source, context) : []);
  const mode = context.kind === 'title' ? 'title' : 'inline';
  return withBraces(renderText({ view, partials: context.partials, template: source, scopes: [], mode }));
}

function renderText(rendering: Rendering): string {
  return renderTokens(tokensOf(rendering.template), rendering);
}

/** Parses with a writer of its own: mustache's shared one keeps every template it ever saw. */
export const tokensOf: (template: string) => readonly Token[] = remembering(
  (template) => new mustache.Writer().parse(template) as Token[],
);

function renderTokens(tokens: readonly Token[], rendering: Rendering): string {
  return tokens.map((token) => renderToken(token, rendering)).join('');
}

function renderToken(token: Token, rendering: Rendering): string {
  const [symbol, name] = token;
  const children = Array.isArray(token[4]) ? (token[4] as readonly Token[]) : [];
  switch (symbol) {
    case 'text':
      return name;
    case 'name':
      return renderValue(name, rendering);
    case '#':
      return renderSection(name, children, rendering);
    case '^':
      return isThere(lookUp(name, rendering).value) ? '' : renderTokens(children, rendering);
    case '>':
      return renderPartial(token, rendering);
    default:
      return '';
  }
}

function renderValue(name: string, rendering: Rendering): string {
  const { kind, value } = lookUp(name, rendering);
  const { mode } = rendering;
  const raw = typeof value === 'boolean' ? (value ? 'yes' : 'no') : scalarText(value);
  if (mode === 'encode') return plainText(raw);
  const safe =
    mode === 'text'
      ? fencedText(raw)
      : mode === 'title'
        ? titleText(raw)
        : kind === 'url'
          ? linkText(raw)
          : inlineText(raw);
  return safe === '' ? ABSENT : safe;
}

function renderSection(name: string, children: readonly Token[], rendering: Rendering): string {
  const kept = keptName(name);
  if (kept !== null) return `${keptSection(keptText(kept, children, rendering))}\n`;
  if (name === 'text') return renderTokens(children, { ...rendering, mode: 'text' });
  if (name === 'encode')
    return urlText(withBraces(renderTokens(children, { ...rendering, mode: 'encode' })).trim());
  const { kind, path, value } = lookUp(name, rendering);
  if (!isThere(value)) return '';
  const inside = (element: unknown, number: number): string =>
    renderTokens(children, { ...rendering, scopes: [...rendering.scopes, { path, value: element, number }] });
  if (Array.isArray(value)) return value.map((element, index) => inside(element, index + 1)).join('');
  return kind === 'object' ? inside(value, 1) : renderTokens(children, rendering);
}

/**
 * A partial alone on its line takes the line's indentation and ends with a line break; one inside a line ends without,
 * so that it makes no difference how the file ends.
 */
function renderPartial(token: Token, rendering: Rendering): string {
  const [, name, start, end] = token;
  const content = name === 'evidence' ? '' : templateSource(rendering.partials[name] ?? '');
  const text = (
    name === 'evidence'
      ? evidenceTable(rendering.view.evidence)
      : renderText({ ...rendering, template: content })
  ).replace(/\n+$/, '');
  const before = rendering.template.slice(rendering.template.lastIndexOf('\n', start - 1) + 1, start);
  const after = /^[^\n]*/.exec(rendering.template.slice(end))?.[0] ?? '';
  if (!standsAlone(before) || !standsAlone(after)) return text;
  return `${text.replace(/^(?=[^\n])/gm, /^[ \t]*/.exec(before)?.[0] ?? '')}\n`;
}

/** Mustache drops the line break of a line that holds nothing but sections and partials. */
function standsAlone(restOfLine: string): boolean {
  return restOfLine.replace(/\{\{[#^/>!][^}]*\}\}/g, '').trim() === '';
}

function lookUp(name: string, { view, scopes }: Rendering): { kind: string; path: string; value: unknown } {
  const known = knownName(
    name,
    scopes.map(({ path }) => path),
    { forStep: view.forStep, about: view.about },
  );
  if (known === null) return { kind: 'string', path: name, value: undefined };
  const scope = scopes[known.scope];
  if (scope === undefined) return { ...known, value: valueAt(view.values, name) };
  if (typeof scope.value === 'string' && name === 'text') return { ...known, value: scope.value };
  const own = valueAt(scope.value, name);
  return { ...known, value: own === undefined && name === 'number' ? scope.number : own };
}

/** The value at a path of a view or of one of its parts. @example `customer.name` */
export function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
}

/** Zero is a value; an empty text, list or group of fields, and `false`, are not. */
function isThere(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.values(value).some((field) => isThere(field));
}

function scalarText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function tidied(text: string): string {
  const kept: string[] = [];
  for (const line of textLines(text)) {
    const blank = !line.fenced && line.text.trim() === '';
    if (!(blank && (kept.at(-1) ?? '') === '')) kept.push(blank ? '' : line.text);
  }
  return `${kept.join('\n').trimEnd()}\n`;
}
