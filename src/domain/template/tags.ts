/** One `{{…}}` of a template. */
export interface TemplateTag {
  readonly kind:
    | 'value'
    | 'section'
    | 'inverted'
    | 'close'
    | 'partial'
    | 'comment'
    | 'unescaped'
    | 'delimiters'
    | 'broken';
  readonly name: string;
  /** Line in the template, from 1. */
  readonly line: number;
  /** Offsets of the tag in the template. */
  readonly start: number;
  readonly end: number;
}

const KINDS: Readonly<Record<string, TemplateTag['kind']>> = {
  '#': 'section',
  '^': 'inverted',
  '/': 'close',
  '>': 'partial',
  '!': 'comment',
  '&': 'unescaped',
  '{': 'unescaped',
  '=': 'delimiters',
};

/** Stands for braces that are meant as such; values never hold it, because foreign text loses private-use characters. */
const BRACES = '\uE002';

/** A template with Unix line breaks and without `\{{`, which stands for braces that are no tag. */
export function templateSource(template: string): string {
  return template.replace(/\r\n?/g, '\n').replaceAll('\\{{', BRACES);
}

/** Rendered text with the braces that the author wrote as `\{{`. */
export function withBraces(text: string): string {
  return text.replaceAll(BRACES, '{{');
}

/** All tags of a Mustache template in order, also the forbidden ones and one that never ends, so that lint can name each. */
export function templateTags(template: string): TemplateTag[] {
  const tags: TemplateTag[] = [];
  let line = 1;
  let counted = 0;
  let from = 0;
  for (;;) {
    const start = template.indexOf('{{', from);
    if (start === -1) return tags;
    line += lineBreaks(template.slice(counted, start));
    counted = start;
    const closing = template[start + 2] === '{' ? '}}}' : '}}';
    const stop = template.indexOf(closing, start + 2);
    const end = stop === -1 ? template.length : stop + closing.length;
    const inside = template.slice(start + 2, stop === -1 ? end : stop).trim();
    const kind = stop === -1 ? 'broken' : (KINDS[inside.charAt(0)] ?? 'value');
    tags.push({ kind, name: (kind === 'value' ? inside : inside.slice(1)).trim(), line, start, end });
    from = end;
  }
}

function lineBreaks(text: string): number {
  return text.split('\n').length - 1;
}
