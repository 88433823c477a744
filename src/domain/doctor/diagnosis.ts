/**
 * Words of `doctor`: a diagnosis is one thing that is wrong with an installation, and the exact way to put it right.
 * What can be wrong stands in tables of {@link Rule}s; `docs/setup.md` prints them.
 */
import { casesOf, type Found, filledIn } from '#domain/base/sentence.ts';
import type { HookScope } from '#domain/setup/actual-hook.ts';
import type { Installation } from '#domain/setup/installation.ts';

/** Areas of an installation, in the order in which they are put right: nothing works without what comes before it. */
export const AREAS = [
  'config',
  'gitlab',
  'token',
  'clock',
  'group',
  'project',
  'labels',
  'boards',
  'webhook',
  'schedule',
  'people',
  'database',
] as const;
/** Area of an installation: `token`, `labels`. */
export type Area = (typeof AREAS)[number];

/** Fault of an installation, in words. `doctor --json` prints a diagnosis as it is. */
export interface Diagnosis {
  /** Stable; `docs/setup.md` lists them. */
  readonly id: string;
  readonly area: Area;
  /** `warning`: works, but worse than it could, or not for long. */
  readonly severity: 'error' | 'warning';
  /** What is wrong and what comes of it; a sentence. */
  readonly message: string;
  /** The command or the page that puts it right; a sentence. */
  readonly fix: string;
}

/** Row of a table of `doctor`. Rows of one id say the same thing of another severity or place. */
export interface Rule<Facts> extends Pick<Diagnosis, 'id' | 'area' | 'severity'> {
  /** Of a list, each element is a diagnosis of its own. */
  readonly applies: (facts: Facts) => Found;
  /** The message, with places for details: `The token expires {when} ({date}).` */
  readonly says: string;
  /** The fix, with places for details. */
  readonly fix: string;
}

/** Diagnoses of every rule that applies to the facts, in the order of the rules. */
export function diagnosesBy<Facts>(rules: readonly Rule<Facts>[], facts: Facts): readonly Diagnosis[] {
  return rules.flatMap(({ id, area, severity, applies, says, fix }) =>
    casesOf(applies(facts)).map((details) => ({
      id,
      area,
      severity,
      message: filledIn(says, details),
      fix: filledIn(fix, details),
    })),
  );
}

/** Diagnoses in the order in which they are put right. */
export function inOrder(diagnoses: readonly Diagnosis[]): readonly Diagnosis[] {
  return diagnoses.toSorted((one, other) => AREAS.indexOf(one.area) - AREAS.indexOf(other.area));
}

/** Fix of everything that `setup` puts right. */
export const RUN_SETUP = 'Run procession setup.';

/** Address of a page of the group or of the project: `-/hooks`. Its name where the place could not be read. */
export function pageOf(installation: Pick<Installation, HookScope>, scope: HookScope, page: string): string {
  const place = installation[scope];
  return place.kind === 'read' ? `${place.value.url}/${page}` : `the page ${page} of the ${scope}`;
}

/** First sentence of a refusal, without the advice that follows it: a rule gives better advice. */
export function inShort(reason: string): string {
  return `${reason.split('. ')[0]?.replace(/\.$/, '')}.`;
}

/** Names for a sentence: `a`, `a and b`, `a, b and 3 more`. */
export function some(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  const all = rest > 0 ? [...shown, `${rest} more`] : shown;
  const last = all.at(-1) ?? '';
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} and ${last}`;
}
