/** What may be wrong with one tag of a template, by its kind and the place where it stands. */
import { keptName, looksKept } from './kept.ts';
import { linkAddressBefore } from './literals.ts';
import { type KnownName, knownName, type NameKind, type NameRules, unknownName } from './names.ts';
import type { TemplateTag } from './tags.ts';
import type { TemplateNode } from './tree.ts';

/** Problem of a tag. */
export interface Broken {
  /** Problem and remedy in one line. */
  readonly message: string;
  /** The template cannot be rendered safely. */
  readonly fatal: boolean;
}

/** Section that is open at a place. */
export interface Open {
  /** Schema path of the list or group of fields that is open, `null` when the section opens none. */
  readonly scope: string | null;
  readonly mode: Mode | null;
  readonly list: boolean;
  /** The text inside follows the facts. */
  readonly kept: boolean;
  /** The name of the section means nothing, so names inside cannot be judged. */
  readonly unknown: boolean;
}

/** Surroundings of a tag. */
export interface TagPlace {
  readonly kind: 'step' | 'epic' | 'title';
  readonly names: NameRules;
  readonly partials: Readonly<Record<string, string>>;
  /** Partials on the way here, innermost last. */
  readonly trail: readonly string[];
  readonly text: string;
  /** Text of the template with covered tags, see `literals.ts`. */
  readonly masked: string;
  /** Open sections, outermost first. */
  readonly open: readonly Open[];
  readonly fenced: boolean;
}

/** How foreign text comes out in a section: as text in a code fence, or encoded for a link address. */
type Mode = 'text' | 'encode';

const HOW_TO_USE: Partial<Record<NameKind, string>> = {
  list: 'is a list',
  object: 'is a group of fields',
  flag: 'is a yes or no',
};

/** Finds everything wrong with a tag, apart from what is inside: children of a section, text of a partial. */
export function tagProblems(tag: TemplateTag, at: TagPlace): readonly Broken[] {
  switch (tag.kind) {
    case 'comment':
      return [];
    case 'broken':
      return fatal('{{ is never closed: add }}, or write \\{{ to show the braces themselves');
    case 'unescaped':
      return fatal(
        `{{{${tag.name}}}} and {{& ${tag.name}}} are refused, because they would let foreign text act in GitLab: write {{${tag.name}}}`,
      );
    case 'delimiters':
      return fatal('other delimiters than {{ }} are refused: remove the {{=…=}} tag');
    case 'value':
      return valueProblems(tag, at);
    case 'section':
    case 'inverted':
      if (keptName(tag.name) !== null) return keptProblems(tag, at);
      return isMode(tag.name) ? modeProblems(tag, tag.name, at) : nameProblems(tag, at);
    case 'close':
      return fatal(`{{/${tag.name}}} closes nothing: remove it or add {{#${tag.name}}}`);
    case 'partial':
      return partialProblems(tag.name, at);
  }
}

/** Finds a section without an end of its own, which the end of an outer section ended, and one whose end stands wrong. */
export function endProblems({ tag, closedBy }: TemplateNode, { text }: TagPlace): readonly Broken[] {
  if (closedBy === null) return [];
  if (closedBy.name === tag.name)
    return keptName(tag.name) === null || standsAlone(closedBy, text) ? [] : notAlone(`/${tag.name}`);
  return fatal(
    `{{${sectionSign(tag)}${tag.name}}} is not closed before {{/${closedBy.name}}} in line ${closedBy.line}: add {{/${tag.name}}}`,
  );
}

/** Sign of a section as it was written, `#` or `^`. */
export function sectionSign(tag: TemplateTag): string {
  return tag.kind === 'inverted' ? '^' : '#';
}

/** Gives the section that a tag opens, for the tags inside. */
export function opened(tag: TemplateTag, at: TagPlace): Open {
  if (isMode(tag.name)) return { scope: null, mode: tag.name, list: false, kept: false, unknown: false };
  if (keptName(tag.name) !== null)
    return { scope: null, mode: null, list: false, kept: true, unknown: false };
  const known = knownAt(tag, at);
  const list = tag.kind === 'section' && known?.kind === 'list';
  const opens = list || (tag.kind === 'section' && known?.kind === 'object');
  return { scope: opens ? known.path : null, mode: null, list, kept: false, unknown: known === null };
}

/** Innermost `text` or `encode` among open sections. */
export function modeOf(open: readonly Open[]): Mode | null {
  return open.findLast(({ mode }) => mode !== null)?.mode ?? null;
}

function isMode(name: string): name is Mode {
  return name === 'text' || name === 'encode';
}

function fatal(message: string): readonly Broken[] {
  return [{ message, fatal: true }];
}

function harmless(message: string): readonly Broken[] {
  return [{ message, fatal: false }];
}

function scopesOf(open: readonly Open[]): string[] {
  return open.flatMap(({ scope }) => scope ?? []);
}

function knownAt({ name }: TemplateTag, { open, names }: TagPlace): KnownName | null {
  return knownName(name, scopesOf(open), names);
}

/** Inside a section that means nothing a short name may mean anything. */
function nameProblems(tag: TemplateTag, at: TagPlace): readonly Broken[] {
  if (looksKept(tag.name))
    return fatal(
      `{{${tag.name}}} is no kept section: write {{#kept.name}}…{{/kept.name}}, the name in lower-case words with dashes`,
    );
  const excused = !tag.name.includes('.') && at.open.some(({ unknown }) => unknown);
  if (excused || knownAt(tag, at) !== null) return [];
  return fatal(unknownName(tag.name, scopesOf(at.open), at.names));
}

function valueProblems(tag: TemplateTag, at: TagPlace): readonly Broken[] {
  const known = knownAt(tag, at)?.kind;
  if (known === undefined) return nameProblems(tag, at);
  const use = HOW_TO_USE[known];
  if (use !== undefined) return fatal(`{{${tag.name}}} ${use}: write {{#${tag.name}}}…{{/${tag.name}}}`);
  if (modeOf(at.open) !== null || at.kind === 'title') return [];
  const address = linkAddressBefore(at.masked, tag.start);
  const isWholeAddress = known === 'url' && address === '';
  const before = at.text.slice(Math.max(0, tag.start - 1), tag.start);
  return [
    ...(at.fenced
      ? harmless(
          `{{${tag.name}}} stands in a code fence: put {{#text}}…{{/text}} around the text inside the fence`,
        )
      : []),
    ...(address !== null && !isWholeAddress
      ? harmless(`{{${tag.name}}} stands in a link address: put {{#encode}}…{{/encode}} around it`)
      : []),
    ...(/[@#!&~%$]$/.test(before)
      ? harmless(
          `the sign before {{${tag.name}}} would make a reference or a mention of it: put a space between`,
        )
      : []),
  ];
}

function modeProblems(tag: TemplateTag, mode: Mode, at: TagPlace): readonly Broken[] {
  if (at.kind === 'title') return fatal(`{{#${mode}}} has no place in a title: remove it`);
  if (tag.kind === 'inverted') return fatal(`{{^${mode}}} means nothing: write {{#${mode}}}`);
  if (at.open.some(({ list }) => list))
    return fatal(`{{#${mode}}} cannot stand inside a list: put it around the whole list`);
  const outer = modeOf(at.open);
  if (outer !== null) return fatal(`{{#${mode}}} cannot stand inside {{#${outer}}}: close that one first`);
  if (mode === 'text' && !at.fenced)
    return fatal(
      '{{#text}} must stand inside a code fence: put ```text before it and ``` after it, or remove it',
    );
  if (mode === 'encode' && linkAddressBefore(at.masked, tag.start) === null)
    return harmless(
      '{{#encode}} belongs inside the address of a link: [words](mailto:{{#encode}}…{{/encode}})',
    );
  return [];
}

/** A section is two lines of ours in the text of people: it must be whole lines, whatever the facts are. */
function keptProblems(tag: TemplateTag, at: TagPlace): readonly Broken[] {
  if (at.kind === 'title') return fatal(`{{#${tag.name}}} has no place in a title: remove it`);
  if (tag.kind === 'inverted') return fatal(`{{^${tag.name}}} means nothing: write {{#${tag.name}}}`);
  if (at.open.length > 0)
    return fatal(
      `{{#${tag.name}}} cannot stand inside another section: put it around that section, so that it is there whatever the facts are`,
    );
  if (at.fenced) return fatal(`{{#${tag.name}}} cannot stand in a code fence: put it around the fence`);
  return standsAlone(tag, at.text) ? [] : notAlone(`#${tag.name}`);
}

function notAlone(tag: string): readonly Broken[] {
  return fatal(`{{${tag}}} must stand alone on its line, without blanks before it`);
}

function standsAlone({ start, end }: TemplateTag, text: string): boolean {
  const isFirst = start === 0 || text[start - 1] === '\n';
  return isFirst && /^[ \t]*(?:\n|$)/.test(text.slice(end));
}

function partialProblems(name: string, at: TagPlace): readonly Broken[] {
  if (at.kind === 'title') return fatal('a title has no partials: write the text itself');
  if (name === 'evidence') return evidenceProblems(at);
  if (!Object.hasOwn(at.partials, name))
    return fatal(
      `there is no partial "${name}": add the file _${name}.md, or use one of: ${['evidence', ...Object.keys(at.partials)].join(', ')}`,
    );
  if (at.trail.includes(name))
    return fatal(
      `the partial "${name}" contains itself (${[...at.trail, name].join(' → ')}): take one of them out`,
    );
  return [];
}

function evidenceProblems({ kind, fenced, open }: TagPlace): readonly Broken[] {
  if (kind === 'epic') return fatal('{{> evidence}} belongs to a step: an epic has no evidence');
  if (open.some(({ kept }) => kept))
    return fatal('{{> evidence}} cannot stand in a kept section: people fill it in; put it outside');
  return fenced || modeOf(open) !== null
    ? fatal('{{> evidence}} cannot be filled in inside a code fence or a link: put it outside')
    : [];
}
