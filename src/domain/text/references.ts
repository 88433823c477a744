/**
 * Mentions of steps inside texts that are planned before their issues exist. A token stands for the issue until
 * its number is known. The two delimiters are private-use characters, which foreign text never keeps.
 */
import type { StepKey } from '#domain/base/keys.ts';

const OPEN = '\uE000';
const CLOSE = '\uE001';

/** What a reference to an issue is made of. */
interface Referenced {
  readonly id: number;
  readonly iid: number;
  readonly projectId: number;
  /** `services/engagements#12` */
  readonly reference: string;
}

/** The token for a step's issue. */
export function stepReference(step: StepKey): string {
  return `${OPEN}${step}${CLOSE}`;
}

/** Whether a text mentions one of these steps by {@link stepReference}. */
export function mentionsStep(text: string, steps: ReadonlySet<StepKey>): boolean {
  return [...steps].some((step) => text.includes(stepReference(step)));
}

/**
 * The text of a new issue: with the numbers of other issues where all of them are known, else without any, so that half a
 * sentence needs no second writing.
 */
export function newIssueText(text: string, issues: ReadonlyMap<StepKey, Referenced>): string {
  const mentioned = [...text.matchAll(/\uE000(?!id:)([^\uE001]*)\uE001/g)].map(([, step = '']) => step);
  const isWhole = mentioned.every((step) => issues.has(step));
  return resolveReferences(text, isWhole ? issues : new Map(), 'issue');
}

/** The token for the global id of a step's issue. */
export function stepIdReference(step: StepKey): string {
  return `${OPEN}id:${step}${CLOSE}`;
}

/**
 * Replaces tokens by GitLab references. `scope` is where the text stands: in an issue of the same project the
 * short form (`#12`) will do, in an epic, or where an issue was moved to another project, the full one
 * (`services/engagements#12`) is needed.
 * Tokens of issues that do not exist yet become nothing, with the space after them; those of ids keep the space.
 */
export function resolveReferences(
  text: string,
  issues: ReadonlyMap<StepKey, Referenced>,
  scope: 'issue' | 'epic',
): string {
  const isSpread = new Set([...issues.values()].map(({ projectId }) => projectId)).size > 1;
  return text.replaceAll(
    /\uE000(id:)?([^\uE001]*)\uE001( ?)/g,
    (_, id: string | undefined, step: StepKey, space: string) => {
      const issue = issues.get(step);
      if (id !== undefined) return `${issue?.id ?? ''}${space}`;
      if (issue === undefined) return '';
      return `${scope === 'epic' || isSpread ? issue.reference : `#${issue.iid}`}${space}`;
    },
  );
}
