/** Finds what is wrong with a template without rendering it. `lint` shows all of it; rendering refuses what is fatal. */

import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import { textLines } from '#domain/text/text-lines.ts';
import { linkAddressBefore, literalProblems, maskedTemplate } from './literals.ts';
import type { NameKind } from './names.ts';
import { knownName, type NameRules, unknownName } from './names.ts';
import { modeOf, modeProblem, type Open, scopesOf, sign } from './sections.ts';
import { type TemplateTag, templateTags } from './tags.ts';

export interface TemplateContext {
  /** Name → text of the partials of the process, for `{{> name}}`. */
  readonly partials: Readonly<Record<string, string>>;
  readonly file: string;
  readonly kind: 'step' | 'epic' | 'title';
  /** Whether the step has evidence fields; then `{{> evidence}}` must be somewhere. */
  readonly evidence?: boolean;
  /** Roles there are; left out, any role name is taken. */
  readonly roles?: readonly string[];
}

interface Judged {
  readonly problem: InputProblem;
  /** Whether the template cannot be rendered safely. */
  readonly fatal: boolean;
}

interface Source {
  readonly file: string;
  readonly text: string;
  /** Partials on the way here, innermost last. */
  readonly trail: readonly string[];
  /** What is open where the partial is included. */
  readonly outer: readonly Open[];
  readonly fenced: boolean;
}

/**
 * Problems of a template and of the partials it uses, each once: those of the template first, by line. Lines count in
 * the text without front matter; the file of a partial is `_name.md` beside the template. Messages say the fix.
 */
export function templateProblems(template: string, context: TemplateContext): InputProblem[] {
  return judged(template, context).map(({ problem }) => problem);
}

/** The problems that make rendering impossible or unsafe: broken syntax, unknown names, modes in the wrong place. */
export function fatalProblems(template: string, context: TemplateContext): InputProblem[] {
  return judged(template, context)
    .filter(({ fatal }) => fatal)
    .map(({ problem }) => problem);
}

function judged(template: string, context: TemplateContext): Judged[] {
  const walk = new Walk(context);
  walk.source({
    file: context.file,
    text: template.replace(/\r\n?/g, '\n'),
    trail: [],
    outer: [],
    fenced: false,
  });
  if (context.evidence === true && !walk.evidence)
    walk.report(
      context.file,
      1,
      'the step has evidence fields, but {{> evidence}} is missing: add it where the table shall stand',
      false,
    );
  const seen = new Set<string>();
  return walk.found
    .filter(({ problem: { file, line, message } }) => {
      const key = `${file}:${line} ${message}`;
      return seen.has(key) ? false : seen.add(key);
    })
    .toSorted(
      ({ problem: a }, { problem: b }) =>
        Number(a.file !== context.file) - Number(b.file !== context.file) || (a.line ?? 0) - (b.line ?? 0),
    );
}

class Walk {
  readonly found: Judged[] = [];
  evidence = false;
  private readonly context: TemplateContext;
  private readonly rules: NameRules;

  constructor(context: TemplateContext) {
    this.context = context;
    this.rules = { forStep: context.kind !== 'epic', roles: context.roles };
  }

  report(file: string, line: number, message: string, fatal = true): void {
    this.found.push({ problem: problem({ file, line }, message), fatal });
  }

  source(source: Source): void {
    const tags = templateTags(source.text);
    const masked = maskedTemplate(source.text, tags);
    const fencedLines = textLines(source.text).map(({ fenced }) => fenced || source.fenced);
    const open = [...source.outer];
    for (const tag of tags)
      this.tag(tag, { source, masked, open, fenced: fencedLines[tag.line - 1] ?? source.fenced });
    for (const { tag } of open.slice(source.outer.length))
      this.report(source.file, tag.line, `{{${sign(tag)}${tag.name}}} is never closed: add {{/${tag.name}}}`);
    if (this.context.kind !== 'title' && source.outer.every(({ mode }) => mode === null) && !source.fenced)
      for (const { line, message } of literalProblems(masked)) this.report(source.file, line, message, false);
  }

  private tag(tag: TemplateTag, at: Place): void {
    const { file } = at.source;
    switch (tag.kind) {
      case 'comment':
        return;
      case 'broken':
        return this.report(file, tag.line, '{{ is never closed: add }}');
      case 'unescaped':
        return this.report(
          file,
          tag.line,
          `{{{${tag.name}}}} and {{& ${tag.name}}} are refused, because they would let foreign text act in GitLab: write {{${tag.name}}}`,
        );
      case 'delimiters':
        return this.report(file, tag.line, 'other delimiters than {{ }} are refused: remove the {{=…=}} tag');
      case 'value':
        return this.value(tag, at);
      case 'section':
      case 'inverted':
        return void at.open.push(this.section(tag, at));
      case 'close':
        return this.close(tag, at);
      case 'partial':
        return this.partial(tag, at);
    }
  }

  private value(tag: TemplateTag, at: Place): void {
    const { file, text } = at.source;
    const known = this.known(tag, at);
    if (known === null) return;
    const use = HOW_TO_USE[known];
    if (use !== undefined)
      return this.report(file, tag.line, `{{${tag.name}}} ${use}: write {{#${tag.name}}}…{{/${tag.name}}}`);
    if (modeOf(at.open) !== null || this.context.kind === 'title') return;
    if (at.fenced)
      this.report(
        file,
        tag.line,
        `{{${tag.name}}} stands in a code fence: put {{#text}}…{{/text}} around the text inside the fence`,
        false,
      );
    const before = linkAddressBefore(at.masked, tag.start);
    if (before !== null && !(known === 'url' && before === ''))
      this.report(
        file,
        tag.line,
        `{{${tag.name}}} stands in a link address: put {{#encode}}…{{/encode}} around it`,
        false,
      );
    if (/[@#!&~%$]$/.test(text.slice(Math.max(0, tag.start - 1), tag.start)))
      this.report(
        file,
        tag.line,
        `the sign before {{${tag.name}}} would make a reference or a mention of it: put a space between`,
        false,
      );
  }

  private section(tag: TemplateTag, at: Place): Open {
    const { file } = at.source;
    const { kind } = this.context;
    const none = { tag, scope: null, mode: null, list: false, unknown: false };
    if (tag.name !== 'text' && tag.name !== 'encode') {
      const known = this.known(tag, at);
      const scope = known === null ? null : knownName(tag.name, scopesOf(at.open), this.rules);
      if (known === null || scope === null) return { ...none, unknown: true };
      const opens = tag.kind === 'section' && (known === 'list' || known === 'object');
      return { ...none, scope: opens ? scope.path : null, list: tag.kind === 'section' && known === 'list' };
    }
    const mode = tag.name;
    const problem =
      kind === 'title'
        ? { message: `{{#${mode}}} has no place in a title: remove it`, fatal: true }
        : modeProblem(tag, at, mode);
    if (problem !== null) this.report(file, tag.line, problem.message, problem.fatal);
    return { ...none, mode };
  }

  private close(tag: TemplateTag, at: Place): void {
    const { source, open } = at;
    const last = open.length > source.outer.length ? open.at(-1) : undefined;
    if (last?.tag.name === tag.name) return void open.pop();
    const known = open.slice(source.outer.length).some((other) => other.tag.name === tag.name);
    if (!known || last === undefined)
      return this.report(
        source.file,
        tag.line,
        `{{/${tag.name}}} closes nothing: remove it or add {{#${tag.name}}}`,
      );
    this.report(
      source.file,
      last.tag.line,
      `{{${sign(last.tag)}${last.tag.name}}} is not closed before {{/${tag.name}}} in line ${tag.line}: add {{/${last.tag.name}}}`,
    );
    open.pop();
    this.close(tag, at);
  }

  private partial(tag: TemplateTag, at: Place): void {
    const { source, open, fenced } = at;
    const { kind, partials } = this.context;
    if (kind === 'title')
      return this.report(source.file, tag.line, 'a title has no partials: write the text itself');
    if (tag.name === 'evidence') {
      this.evidence = true;
      if (kind === 'epic')
        this.report(source.file, tag.line, '{{> evidence}} belongs to a step: an epic has no evidence');
      else if (fenced || modeOf(open) !== null)
        this.report(
          source.file,
          tag.line,
          '{{> evidence}} cannot be filled in inside a code fence or a link: put it outside',
        );
      return;
    }
    const text = Object.hasOwn(partials, tag.name) ? partials[tag.name] : undefined;
    if (text === undefined)
      return this.report(
        source.file,
        tag.line,
        `there is no partial "${tag.name}": add the file _${tag.name}.md, or use one of: ${['evidence', ...Object.keys(partials)].join(', ')}`,
      );
    if (source.trail.includes(tag.name))
      return this.report(
        source.file,
        tag.line,
        `the partial "${tag.name}" contains itself (${[...source.trail, tag.name].join(' → ')}): take one of them out`,
      );
    this.source({
      file: `${this.context.file.replace(/[^/]*$/, '')}_${tag.name}.md`,
      text: text.replace(/\r\n?/g, '\n'),
      trail: [...source.trail, tag.name],
      outer: open,
      fenced,
    });
  }

  private known(tag: TemplateTag, at: Place): NameKind | null {
    const scopes = scopesOf(at.open);
    const known = knownName(tag.name, scopes, this.rules);
    const excused = !tag.name.includes('.') && at.open.some(({ unknown }) => unknown);
    if (known === null && !excused)
      this.report(at.source.file, tag.line, unknownName(tag.name, scopes, this.rules));
    return known?.kind ?? null;
  }
}

interface Place {
  readonly source: Source;
  readonly masked: string;
  readonly open: Open[];
  readonly fenced: boolean;
}

const HOW_TO_USE: Partial<Record<NameKind, string>> = {
  list: 'is a list',
  object: 'is a group of fields',
  flag: 'is a yes or no',
};
