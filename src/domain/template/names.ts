/** The names a template may use, and what each means at the place where it stands. */
import { didYouMean } from '#domain/base/closest.ts';
import type { SubjectKind } from '#domain/base/keys.ts';
import { pathsOf, type SowPathKind } from '#domain/sow/paths.ts';

/** Kind of value behind a name. A `flag` can only open a section. */
export type NameKind = SowPathKind | 'flag';

/** Meaning of a name at one place of a template. */
export interface KnownName {
  readonly kind: NameKind;
  /** Position, among the open scopes from the outermost, of the scope that the name belongs to; -1: the whole view. */
  readonly scope: number;
  /**
   * Path of the name in the schema of the SOW or deal, which a section on that name opens: `deliverables`,
   * `contacts.customer.signer`.
   */
  readonly path: string;
}

const STEP_NAMES = ['step.title', 'step.due_on', 'step.after_titles', 'step.next_titles'] as const;
const FLAGS = [
  'is.tm',
  'is.fixed',
  'is.sku',
  'is.aws',
  'is.on_prem',
  'is.other_deployment',
  'is.no_deployment',
  'is.passive_acceptance',
  'is.expenses_allowed',
  'is.amounts_shown',
] as const;
/** Of the item that a step with `each` is about; empty on others. */
const ITEM_NAMES: readonly (readonly [string, NameKind])[] = [
  ['item.id', 'string'],
  ['item.title', 'string'],
  ['item.acceptance_criteria', 'string'],
  ['item.milestone', 'string'],
  ['item.quantity', 'number'],
  ['item.hours', 'number'],
];
/** The deliverables that an item stands for, each with the names of one. */
const ITEM_LIST = 'item.deliverables';
const OTHER: ReadonlyMap<string, NameKind> = new Map<string, NameKind>([
  ...FLAGS.map((name): [string, NameKind] => [name, 'flag']),
  ...STEP_NAMES.map((name): [string, NameKind] => [name, 'string']),
  ...ITEM_NAMES,
  ['process.name', 'string'],
  ['acceptance_days', 'number'],
]);
const PEOPLE = /^people\.([a-z][a-z0-9_-]*)\.(name|email|named|chosen)$/;

/** Limits of a place: templates of epics have no step; roles are checked only when the roles are known. */
export interface NameRules {
  readonly forStep: boolean;
  /** What the process is about. */
  readonly about: SubjectKind;
  readonly roles?: readonly string[] | undefined;
}

/**
 * Looks a name up as Mustache does: first in the innermost open section, last in the whole view. A field that the
 * schema knows in a scope belongs to that scope even when the value is absent, so nothing of the outside shows
 * through.
 *
 * @param scopes schema paths of the open sections, outermost first
 */
export function knownName(name: string, scopes: readonly string[], rules: NameRules): KnownName | null {
  for (let scope = scopes.length - 1; scope >= 0; scope -= 1) {
    const kind = kindInScope(name, scopes[scope] ?? '', rules.about);
    if (kind !== null) return { kind, scope, path: `${scopes[scope]}.${name}` };
  }
  const role = PEOPLE.exec(name);
  if (role !== null) {
    const [, roleName = '', part] = role;
    const known = rules.roles === undefined || rules.roles.includes(roleName);
    return known
      ? { kind: part === 'named' || part === 'chosen' ? 'flag' : 'string', scope: -1, path: name }
      : null;
  }
  if (/^(?:step|item)\./.test(name) && !rules.forStep) return null;
  if (name === ITEM_LIST) return { kind: 'list', scope: -1, path: 'deliverables' };
  const kind = OTHER.get(name) ?? pathsOf(rules.about).get(name)?.kind;
  return kind === undefined ? null : { kind, scope: -1, path: name };
}

/** Says what is wrong with a name that {@link knownName} does not know, with the nearest known names. */
export function unknownName(name: string, scopes: readonly string[], rules: NameRules): string {
  if (name === '.') return '{{.}} is not used here; write {{text}} for the elements of a list of texts';
  if (name.startsWith('step.') && !rules.forStep)
    return `{{${name}}} means nothing on an epic; it belongs to a step`;
  const near = didYouMean(
    name,
    candidates(scopes, rules),
    'See docs/templates.md for the names there are; to show the braces themselves, write \\{{.',
  );
  return `unknown name {{${name}}}. ${near}`;
}

function kindInScope(name: string, scope: string, about: SubjectKind): NameKind | null {
  const opened = pathsOf(about).get(scope);
  if (opened?.kind === 'list' && name === 'number') return 'number';
  if (opened?.kind === 'list' && opened.element !== 'object') return name === 'text' ? 'string' : null;
  return pathsOf(about).get(`${scope}.${name}`)?.kind ?? null;
}

function candidates(scopes: readonly string[], rules: NameRules): string[] {
  const inScopes = scopes.flatMap((scope) => [
    'number',
    'text',
    ...[...pathsOf(rules.about).keys()]
      .filter((path) => path.startsWith(`${scope}.`))
      .map((path) => path.slice(scope.length + 1)),
  ]);
  const roles = rules.roles ?? ['manager', 'engineer'];
  const people = roles.flatMap((role) =>
    ['name', 'email', 'named', 'chosen'].map((part) => `people.${role}.${part}`),
  );
  return [...inScopes, ...OTHER.keys(), ...people, ...pathsOf(rules.about).keys()];
}
