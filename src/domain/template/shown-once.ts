/** Fields of the SOW or deal that a template shows, or decides by, where the text does not follow: rendered once, then people's. */
import type { SubjectKind } from '#domain/base/keys.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { pathsOf } from '#domain/sow/paths.ts';
import { keptName } from './kept.ts';
import { knownName } from './names.ts';
import { templateSource, templateTags } from './tags.ts';
import { isSection, type TemplateNode, templateTree } from './tree.ts';

/** SOW field behind a name that is none itself. */
const BEHIND: Readonly<Record<string, string>> = {
  'is.tm': 'type',
  'is.fixed': 'type',
  'is.sku': 'type',
  'is.aws': 'deployment',
  'is.on_prem': 'deployment',
  'is.other_deployment': 'deployment',
  'is.no_deployment': 'deployment',
  'is.passive_acceptance': 'passive_acceptance.in_sow',
  'is.expenses_allowed': 'expenses_allowed',
  acceptance_days: 'passive_acceptance.days',
};

/**
 * Finds the SOW fields whose change an issue made from this template does not show by itself, in the order of their first
 * use: those outside of kept sections.
 *
 * @param template of a step or an epic, without front matter
 * @example `{{hours.scoped}} {{#kept.dates}}…{{dates.end}}…{{/kept.dates}}` → `['hours.scoped']`
 */
export function fieldsShownOnce(
  template: string,
  { partials, about }: Pick<ProcessDefinition, 'partials' | 'about'>,
): readonly string[] {
  return [...new Set(fieldsIn(template, { partials, about, scopes: [], trail: [] }))];
}

interface Place {
  readonly partials: Readonly<Record<string, string>>;
  readonly about: SubjectKind;
  /** Schema paths of the open sections, outermost first. */
  readonly scopes: readonly string[];
  readonly trail: readonly string[];
}

function fieldsIn(template: string, place: Place): readonly string[] {
  const tree = templateTree(templateTags(templateSource(template)));
  return tree.flatMap((node) => fieldsOf(node, place));
}

function fieldsOf(node: TemplateNode, place: Place): readonly string[] {
  const { kind, name } = node.tag;
  if (keptName(name) !== null) return [];
  if (kind === 'partial') {
    const text = place.trail.includes(name) ? undefined : place.partials[name];
    return text === undefined ? [] : fieldsIn(text, { ...place, trail: [...place.trail, name] });
  }
  const known = knownName(name, place.scopes, { forStep: true, about: place.about });
  const path = known === null ? undefined : (BEHIND[known.path] ?? known.path);
  const own = path !== undefined && isLeaf(path, place.about) ? [path] : [];
  if (!isSection(node)) return kind === 'value' ? own : [];
  const opens = kind === 'section' && (known?.kind === 'list' || known?.kind === 'object');
  const inside = opens ? { ...place, scopes: [...place.scopes, known.path] } : place;
  return [...own, ...node.children.flatMap((child) => fieldsOf(child, inside))];
}

/** Groups of fields say nothing themselves; a list does, by whether it is empty. */
function isLeaf(path: string, about: SubjectKind): boolean {
  const kind = pathsOf(about).get(path)?.kind;
  return kind !== undefined && kind !== 'object';
}
