/**
 * The engine's own memory of an engagement, one HTML comment line in the epic's managed block:
 * which issue is which step, and which blocking links are there. It makes a rerun cheap (links need not be
 * read) and identity robust (an issue whose marker somebody deleted is still known). Never load-bearing:
 * when it is gone it is rebuilt from the markers.
 */
import { isStepKey, type StepKey } from '#domain/base/keys.ts';
import { stepIdReference } from '#domain/text/references.ts';

/** Blocking link between two steps: `from` blocks `to`. */
export interface Edge {
  readonly from: StepKey;
  readonly to: StepKey;
}

/** Memory of an engagement: which issue is which step, and which links are there. */
export interface EngagementMemory {
  /** Step → global id of the step's issue. */
  readonly issues: ReadonlyMap<StepKey, number>;
  readonly links: readonly Edge[];
  /** Procession changes nothing in this engagement until somebody resumes it. */
  readonly paused: boolean;
  /** The engagement of this tracking issue goes on in an epic. */
  readonly moved: boolean;
}

/** Memory of an engagement of which nothing is remembered. */
export const EMPTY_MEMORY: EngagementMemory = { issues: new Map(), links: [], paused: false, moved: false };

/** Memory of a tracking issue that was left for an epic. */
export const MOVED_MEMORY = '<!-- procession:state v1 moved -->';

/**
 * The memory as text, from the steps that have (or will have) an issue and the links between them; the ids are
 * tokens, filled in when the issues exist.
 *
 * @example `<!-- procession:state v1 assign-engineer=501 welcome-email=502 | assign-engineer>welcome-email -->`
 */
export function memoryText(steps: readonly StepKey[], edges: readonly Edge[], paused: boolean): string {
  const issues = steps.map((step) => `${step}=${stepIdReference(step)}`);
  const links = edges.map(({ from, to }) => `${from}>${to}`);
  return `<!-- procession:state v1 ${[...(paused ? ['paused'] : []), ...issues, '|', ...links].join(' ')} -->`;
}

/** Reads what {@link memoryText} wrote; anything else in the line is skipped. */
export function decodeMemory(text: string): EngagementMemory {
  const line = /^<!-- procession:state v1 ([^\r\n]*) -->\s*$/m.exec(text)?.[1];
  if (line === undefined) return EMPTY_MEMORY;
  const words = line.split(/\s+/);
  const issues = words.flatMap((word): [StepKey, number][] => {
    const [step, id] = word.split('=');
    return step !== undefined && isStepKey(step) && /^\d{1,15}$/.test(id ?? '') ? [[step, Number(id)]] : [];
  });
  const links = words.flatMap((word): Edge[] => {
    const [from, to] = word.split('>');
    return from !== undefined && to !== undefined && isStepKey(from) && isStepKey(to) ? [{ from, to }] : [];
  });
  return { issues: new Map(issues), links, paused: words[0] === 'paused', moved: words[0] === 'moved' };
}

/** Tells whether the link is known to be there between the very issues that stand for the steps now. */
export function remembersLink(
  memory: EngagementMemory,
  edge: Edge,
  current: ReadonlyMap<StepKey, number>,
): boolean {
  const same = (step: StepKey): boolean => current.has(step) && memory.issues.get(step) === current.get(step);
  return (
    same(edge.from) &&
    same(edge.to) &&
    memory.links.some(({ from, to }) => from === edge.from && to === edge.to)
  );
}

/** Takes links that turned out to be gone out of the memory. */
export function withoutLinks<T extends { readonly memory: EngagementMemory }>(
  found: T,
  gone: readonly Edge[],
): T {
  if (gone.length === 0) return found;
  const links = found.memory.links.filter(
    ({ from, to }) => !gone.some((edge) => edge.from === from && edge.to === to),
  );
  return { ...found, memory: { ...found.memory, links } };
}
