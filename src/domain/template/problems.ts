/**
 * Finds what is wrong with a template without rendering it: tags become a tree, and every rule looks at every node.
 * `lint` shows all of it; rendering refuses what is fatal.
 */

import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import type { SubjectKind } from '#domain/base/keys.ts';
import { once } from '#domain/base/lazily.ts';
import { seenText } from '#domain/markdown/inline.ts';
import { splitCells } from '#domain/markdown/pipe-row.ts';
import { remembering } from '#domain/markdown/remembering.ts';
import { textLines } from '#domain/markdown/text-lines.ts';
import type { EvidenceField } from '#domain/process/process.ts';
import { plainText } from '#domain/text/foreign-text.ts';
import { comparable, evidenceNames } from './evidence-table.ts';
import { keptName } from './kept.ts';
import { boxLines, literalProblems, maskedTemplate, mayHaveBox } from './literals.ts';
import {
  type Broken,
  endProblems,
  modeOf,
  type Open,
  opened,
  sectionSign,
  type TagPlace,
  tagProblems,
} from './tag-rules.ts';
import { type TemplateTag, templateSource, templateTags } from './tags.ts';
import { deeperThan, isSection, neverClosed, type TemplateNode, templateTree } from './tree.ts';

/** Facts around a template that decide what may stand in that template. */
export interface TemplateContext {
  /** Name → text of the partials of the process, for `{{> name}}`. */
  readonly partials: Readonly<Record<string, string>>;
  readonly file: string;
  readonly kind: 'step' | 'epic' | 'title';
  /** What the process is about. */
  readonly about: SubjectKind;
  /** Fields that people fill in: `{{> evidence}}` must be somewhere, and no other row may have the name of one. */
  readonly evidence?: readonly EvidenceField[];
  /** Roles there are; left out, any role name is taken. */
  readonly roles?: readonly string[];
}

/** Sections and partials around a tag, at most: every rule, and rendering, calls itself for each. */
const MOST_AROUND = 50;

interface Found extends Broken {
  readonly file: string;
  readonly line: number;
}

/** A template or a partial, and where the partial is included. */
interface Source {
  readonly file: string;
  readonly text: string;
  /** Partials on the way here, innermost last. */
  readonly trail: readonly string[];
  /** Sections open around the partial. */
  readonly outer: readonly Open[];
  readonly fenced: boolean;
}

/**
 * Problems of a template and of the partials it uses, each once: those of the template first, by line. Lines count in
 * the text without front matter; the file of a partial is `_name.md` beside the template. Messages say the fix.
 */
export function templateProblems(template: string, context: TemplateContext): InputProblem[] {
  return found(template, context).map(({ file, line, message }) => problem({ file, line }, message));
}

/** Problems that make rendering impossible or unsafe: broken syntax, unknown names, modes in the wrong place. */
export function fatalProblems(template: string, context: Omit<TemplateContext, 'roles'>): InputProblem[] {
  if (SOUND.get(context.partials)?.has(soundKey(templateSource(template), context)) === true) return [];
  return found(template, { ...context, onlyFatal: true })
    .filter(({ fatal }) => fatal)
    .map(({ file, line, message }) => problem({ file, line }, message));
}

/** Templates without fatal problems, by the partials they may use: what was checked when it was read need not be when it is rendered. */
const SOUND = new WeakMap<TemplateContext['partials'], Set<string>>();

function soundKey(text: string, { kind, about }: Pick<TemplateContext, 'kind' | 'about'>): string {
  return `${kind} ${about} ${text}`;
}

/** Where to look, and for what: rendering has no use for what it would not refuse, and that takes as long as all else. */
interface Search extends TemplateContext {
  readonly onlyFatal?: true;
}

function found(template: string, context: Search): Found[] {
  const { file } = context;
  const text = templateSource(template);
  const all = [
    ...sourceProblems({ file, text, trail: [], outer: [], fenced: false }, context),
    ...missingEvidence(text, context),
    ...keptTwice(text, context),
  ];
  if (!all.some(({ fatal }) => fatal)) {
    const sound = SOUND.get(context.partials) ?? new Set();
    SOUND.set(context.partials, sound.add(soundKey(text, context)));
  }
  const seen = new Set<string>();
  return all
    .filter(({ file, line, message }) => {
      const key = `${file}:${line} ${message}`;
      return seen.has(key) ? false : seen.add(key);
    })
    .toSorted((a, b) => Number(a.file !== file) - Number(b.file !== file) || a.line - b.line);
}

function sourceProblems(source: Source, context: Search): readonly Found[] {
  const { file, text, trail, outer, fenced } = source;
  const reading = read(text);
  const { tree, masked, fences, literals } = reading;
  const deep = tooDeep(source, tree);
  if (deep !== null) return [deep];
  const names = { forStep: context.kind !== 'epic', about: context.about, roles: context.roles };
  const place = { kind: context.kind, partials: context.partials, names, trail, text, masked };
  const walk: Walk = { source, context, place, fences };
  const isProse = context.kind !== 'title' && !fenced && modeOf(outer) === null;
  const toRefuse = [
    ...tree.flatMap((node) => nodeProblems(node, outer, walk)),
    ...neverClosed(tree).map(({ tag }) => ({
      file,
      line: tag.line,
      message: `{{${sectionSign(tag)}${tag.name}}} is never closed: add {{/${tag.name}}}`,
      fatal: true,
    })),
    ...keptBoxes(source, reading).map((line) => ({
      file,
      line,
      message:
        'a box to be ticked cannot stand in a kept section: the tick would be taken back; put it outside',
      fatal: true,
    })),
  ];
  if (context.onlyFatal) return toRefuse;
  return [
    ...toRefuse,
    ...(isProse ? literals().map((problem) => ({ file, ...problem, fatal: false })) : []),
    ...sameAsEvidence(source, context.evidence ?? []),
  ];
}

/** Nothing else is looked for in a source that is too deep. */
function tooDeep({ file, trail, outer }: Source, tree: readonly TemplateNode[]): Found | null {
  const left = MOST_AROUND - trail.length - outer.length;
  const tag = left < 0 ? null : deeperThan(left, tree);
  if (left >= 0 && tag === null) return null;
  const message = `is nested too deeply: more than ${MOST_AROUND} sections and partials are around this; end some of them before it`;
  return { file, line: tag?.line ?? 1, message, fatal: true };
}

/** Rows that would be read as filled-in evidence, because they are called as a field is. */
function sameAsEvidence({ file, text }: Source, fields: readonly EvidenceField[]): readonly Found[] {
  if (fields.length === 0) return [];
  return text.split('\n').flatMap((line, index): Found[] => {
    const [name, value] = line.includes('|') ? splitCells(line) : [];
    if (name === undefined || value === undefined) return [];
    const seen = comparable(plainText(seenText(name)));
    if (!fields.some((field) => evidenceNames(field).includes(seen))) return [];
    const message = `this row is called "${name.trim()}", as the evidence field is, and would be read as its value: give it another name`;
    return [{ file, line: index + 1, message, fatal: false }];
  });
}

/** What a source says by itself, whatever includes it: partials are included by many. */
interface Reading {
  readonly tags: readonly TemplateTag[];
  readonly tree: readonly TemplateNode[];
  readonly masked: string;
  /** Whether a line, from 0, is in a code fence of the source. */
  readonly fences: readonly boolean[];
  /** Lines, from 1, with a box to be ticked. */
  readonly boxes: () => readonly number[];
  readonly literals: () => ReturnType<typeof literalProblems>;
}

const read: (text: string) => Reading = remembering((text) => {
  const tags = templateTags(text);
  const masked = maskedTemplate(text, tags);
  return {
    tags,
    tree: templateTree(tags),
    masked,
    fences: textLines(text).map((line) => line.fenced),
    boxes: once(() => boxLines(masked)),
    literals: once(() => literalProblems(masked)),
  };
});

/** What is alike for all nodes of a source. */
interface Walk {
  readonly source: Source;
  readonly context: Search;
  readonly place: Omit<TagPlace, 'open' | 'fenced'>;
  /** Whether a line, from 0, is in a code fence of the source. */
  readonly fences: readonly boolean[];
}

function nodeProblems(node: TemplateNode, open: readonly Open[], walk: Walk): readonly Found[] {
  const { tag, children } = node;
  const { file, fenced } = walk.source;
  const at: TagPlace = { ...walk.place, open, fenced: fenced || walk.fences[tag.line - 1] === true };
  const here = (problem: Broken): Found => ({ file, line: tag.line, ...problem });
  const own = tagProblems(tag, at);
  if (tag.kind === 'partial')
    return [...own.map(here), ...(own.length === 0 ? included(tag.name, at, walk) : [])];
  if (!isSection(node)) return own.map(here);
  const inside = [...open, opened(tag, at)];
  return [
    ...own.map(here),
    ...children.flatMap((child) => nodeProblems(child, inside, walk)),
    ...endProblems(node, at).map(here),
  ];
}

/** Lines of boxes in kept sections, or in a partial that such a section includes. */
function keptBoxes({ outer }: Source, { tree, masked, boxes }: Reading): readonly number[] {
  if (outer.some(({ kept }) => kept)) return boxes();
  const lines = masked.split('\n');
  const sections = tree
    .filter(({ tag }) => tag.kind === 'section' && keptName(tag.name) !== null)
    .map(({ tag, closedBy }) => ({ from: tag.line, to: closedBy?.line ?? lines.length }))
    .filter(({ from, to }) => mayHaveBox(lines.slice(from, to - 1).join('\n')));
  if (sections.length === 0) return [];
  return boxes().filter((line) => sections.some(({ from, to }) => from < line && line < to));
}

/** Kept sections by whose name an earlier one is known already. */
function keptTwice(text: string, { partials, file }: TemplateContext): readonly Found[] {
  const seen = new Set<string>();
  return keptIn(text, partials, []).flatMap(({ name, line }) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const message = `there are two sections {{#${name}}}: give each a name of its own`;
    return [{ file, line, message, fatal: true }];
  });
}

/** Kept sections of a template and its partials, each at its line in the template. */
function keptIn(
  text: string,
  partials: TemplateContext['partials'],
  trail: readonly string[],
): readonly { readonly name: string; readonly line: number }[] {
  return read(text).tags.flatMap(({ kind, name, line }) => {
    if (kind === 'section' && keptName(name) !== null) return [{ name, line }];
    if (kind !== 'partial' || !mayInclude(name, partials, trail)) return [];
    const inside = keptIn(templateSource(partials[name] ?? ''), partials, [...trail, name]);
    return inside.map((section) => ({ ...section, line }));
  });
}

function included(
  name: string,
  { partials, trail, open, fenced }: TagPlace,
  { context }: Walk,
): readonly Found[] {
  if (name === 'evidence') return [];
  const file = `${context.file.replace(/[^/]*$/, '')}_${name}.md`;
  const text = templateSource(partials[name] ?? '');
  return sourceProblems({ file, text, trail: [...trail, name], outer: open, fenced }, context);
}

function missingEvidence(text: string, { evidence, partials, file }: TemplateContext): readonly Found[] {
  if (evidence === undefined || evidence.length === 0 || showsEvidence(text, partials, [])) return [];
  const message =
    'the step has evidence fields, but {{> evidence}} is missing: add it where the table shall stand';
  return [{ file, line: 1, message, fatal: false }];
}

/** Whether a template or one of its partials has the table of evidence. */
function showsEvidence(
  text: string,
  partials: TemplateContext['partials'],
  trail: readonly string[],
): boolean {
  return read(text)
    .tags.filter(({ kind }) => kind === 'partial')
    .some(
      ({ name }) =>
        name === 'evidence' ||
        (mayInclude(name, partials, trail) &&
          showsEvidence(templateSource(partials[name] ?? ''), partials, [...trail, name])),
    );
}

/** Whether a partial can be followed: one that includes itself, and too many in each other, are told elsewhere. */
function mayInclude(name: string, partials: TemplateContext['partials'], trail: readonly string[]): boolean {
  return trail.length < MOST_AROUND && !trail.includes(name) && Object.hasOwn(partials, name);
}
