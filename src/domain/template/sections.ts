/** What is open at a place of a template. */
import { linkAddressBefore } from './literals.ts';
import type { TemplateTag } from './tags.ts';

/** A section that is open. */
export interface Open {
  readonly tag: TemplateTag;
  /** Schema path of the list or group of fields that is open, `null` when the section opens none. */
  readonly scope: string | null;
  readonly mode: 'text' | 'encode' | null;
  readonly list: boolean;
  readonly unknown: boolean;
}

/** What is wrong with where `{{#text}}` or `{{#encode}}` stands, `null` when nothing is. */
export function modeProblem(
  tag: TemplateTag,
  at: { readonly open: readonly Open[]; readonly fenced: boolean; readonly masked: string },
  mode: 'text' | 'encode',
): { readonly message: string; readonly fatal: boolean } | null {
  const fatal = (message: string): { message: string; fatal: boolean } => ({ message, fatal: true });
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
    return {
      message: '{{#encode}} belongs inside the address of a link: [words](mailto:{{#encode}}…{{/encode}})',
      fatal: false,
    };
  return null;
}

/** `#` or `^`, as the tag was written. */
export function sign(tag: TemplateTag): string {
  return tag.kind === 'inverted' ? '^' : '#';
}

/** Schema paths of the open lists and groups, outermost first. */
export function scopesOf(open: readonly Open[]): string[] {
  return open.flatMap(({ scope }) => scope ?? []);
}

/** The innermost `text` or `encode` that is open. */
export function modeOf(open: readonly Open[]): 'text' | 'encode' | null {
  return open.findLast(({ mode }) => mode !== null)?.mode ?? null;
}
