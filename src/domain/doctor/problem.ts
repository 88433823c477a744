/** What `doctor` finds: one thing that is wrong with an installation, and the exact way to put it right. */
import type { HookScope } from '#domain/setup/hook-health.ts';
import type { Installation } from '#domain/setup/installation.ts';

/** In the order in which they are put right: nothing works without what comes before it. */
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
export type Area = (typeof AREAS)[number];

export interface Problem {
  /** Stable; `docs/operations.md` lists them. */
  readonly id: string;
  readonly area: Area;
  /** `warning`: works, but worse than it could, or not for long. */
  readonly severity: 'error' | 'warning';
  /** What is wrong and what comes of it; a sentence. */
  readonly message: string;
  /** The command or the page that puts it right; a sentence. */
  readonly fix: string;
}

/** What `setup` puts right. */
export const RUN_SETUP = 'Run procession setup.';

export function error(area: Area, id: string, message: string, fix: string): Problem {
  return { id, area, severity: 'error', message, fix };
}

export function warning(area: Area, id: string, message: string, fix: string): Problem {
  return { id, area, severity: 'warning', message, fix };
}

/** A page of the group or of the project: `-/hooks`. The bare page where the place could not be read. */
export function pageOf(installation: Pick<Installation, HookScope>, scope: HookScope, page: string): string {
  const place = installation[scope];
  return place.kind === 'read' ? `${place.value.url}/${page}` : `the page ${page} of the ${scope}`;
}

/** A refusal without the advice that follows it: ours is more exact. */
export function inShort(reason: string): string {
  return `${reason.split('. ')[0]?.replace(/\.$/, '')}.`;
}

/** `a`, `a and b`, `a, b and 3 more` */
export function some(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  const all = rest > 0 ? [...shown, `${rest} more`] : shown;
  const last = all.at(-1) ?? '';
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} and ${last}`;
}
