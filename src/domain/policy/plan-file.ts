/** A plan as JSON: what `plan --json` prints and `plan --out` writes, and what `apply` takes back after re-planning. */

import { z } from 'zod';
import { InvalidInputError } from '#domain/base/errors.ts';
import { type InputProblem, problem, shown } from '#domain/base/input-problem.ts';
import { EngagementKeyText } from '#domain/base/keys.ts';
import { canonicalJson, checksum } from '#domain/base/record-line.ts';
import type { Action, Plan } from '#domain/plan/action.ts';
import { SubjectData } from '#domain/sow/subject.ts';

const VERSION = 1;

const FileAction = z.looseObject({ kind: z.string() });
type FileAction = Readonly<z.infer<typeof FileAction>>;

/** Only what is needed to plan again; other fields are for readers. */
const PlanFile = z.object({
  version: z.literal(VERSION),
  engagement: EngagementKeyText,
  /** The SOW that was planned; `null` when the record in the epic was used. */
  sow: SubjectData.nullable(),
  /** The process asked for, used when the engagement does not exist yet. */
  process: z.string(),
  profile: z.string().nullable(),
  digest: z.string(),
  actions: z.array(FileAction),
});
/** Plan as a file holds it. */
export type PlanFile = Readonly<z.infer<typeof PlanFile>>;

/** A plan of a SOW that is not won: nothing to carry out. */
const NotWon = z.looseObject({ outcome: z.literal('not-won') });

/** What `plan` writes for several targets. */
const PlanFiles = z.looseObject({ version: z.unknown(), plans: z.array(z.unknown()) });

/**
 * Digest of what a plan does to one engagement. Labels that all engagements share are left out: somebody else creating
 * one in between changes nothing about this plan.
 */
export function planDigest(actions: readonly (Action | FileAction)[]): string {
  return checksum(canonicalJson(actions.filter((action) => !isSharedLabel(action)).map(withoutOrigin)));
}

/**
 * Without where the SOW comes from and since when it holds: a plan is reviewed before its commit is merged, and does the
 * same on another day.
 */
function withoutOrigin(action: Action | FileAction): Readonly<Record<string, unknown>> {
  const fields: Readonly<Record<string, unknown>> = { ...action };
  const record = StoredRecord.safeParse(fields['record']);
  if (!record.success) return fields;
  const { history: _, ...content } = Content.parse(JSON.parse(record.data.text));
  return { ...fields, record: { ...record.data, text: canonicalJson(content) } };
}

const StoredRecord = z.looseObject({ text: z.string() });
const Content = z.looseObject({ history: z.unknown() });

/**
 * Reads the plans of a file: one, or all that `plan` wrote for several targets.
 *
 * @returns `null` when the text is JSON of something else (a SOW, say)
 * @throws InvalidInputError when the text is no JSON, of another version, or not as `plan` wrote it
 */
export function parsePlanFiles(text: string, file: string): readonly PlanFile[] | null {
  const json = parseJson(text, file);
  if (typeof json !== 'object' || json === null) return null;
  const several = PlanFiles.safeParse(json);
  if (several.success) {
    checkVersion(json, file);
    return several.data.plans
      .filter((plan) => !NotWon.safeParse(plan).success)
      .map((plan) => readPlan(plan, file));
  }
  return 'actions' in json || 'digest' in json ? [readPlan(json, file)] : null;
}

function readPlan(json: unknown, file: string): PlanFile {
  checkVersion(json, file);
  const parsed = PlanFile.safeParse(json);
  if (!parsed.success)
    throw refusal(
      parsed.error.issues.map((issue) =>
        problem(
          { file, at: issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part)) },
          issue.message,
          'Make the plan again; plan files are not edited by hand.',
        ),
      ),
    );
  if (planDigest(parsed.data.actions) !== parsed.data.digest)
    throw refusal([
      problem(
        { file, at: 'digest' },
        'does not fit the actions: the file was changed after it was made',
        'Make the plan again.',
      ),
    ]);
  return parsed.data;
}

function checkVersion(json: unknown, file: string): void {
  const version = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined;
  if (version === VERSION) return;
  throw refusal([
    problem(
      { file, at: 'version' },
      `expected ${VERSION}, got ${shown(version)}`,
      'The file was made by another version of Procession: make the plan again.',
    ),
  ]);
}

/**
 * Difference between a plan file and the plan of now, one phrase each. Empty when both do the same, and when nothing
 * is left to do: then the plan has been carried out already.
 *
 * @example `['needed now: create-issue kick-off', 'no longer needed: add-link kick-off project-summary']`
 */
export function planDifference(file: PlanFile, now: Plan): readonly string[] {
  if (now.actions.length === 0 || planDigest(now.actions) === file.digest) return [];
  const planned = byName(file.actions);
  const current = byName(now.actions);
  const gone = [...planned.keys()]
    .filter((name) => !current.has(name))
    .map((name) => `no longer needed: ${name}`);
  const added = [...current.keys()].filter((name) => !planned.has(name)).map((name) => `needed now: ${name}`);
  const changed = [...current]
    .filter(([name, text]) => planned.has(name) && planned.get(name) !== text)
    .map(([name]) => `different now: ${name}`);
  const lines = [...added, ...changed, ...gone];
  return lines.length > 0 ? lines : ['the order of the actions'];
}

function byName(actions: readonly (Action | FileAction)[]): ReadonlyMap<string, string> {
  return new Map(
    actions
      .filter((action) => !isSharedLabel(action))
      .map((action) => [nameOf(action), canonicalJson(withoutOrigin(action))]),
  );
}

/** `create-issue kick-off`, `add-link kick-off project-summary` */
function nameOf(action: Action | FileAction): string {
  const fields: Readonly<Record<string, unknown>> = { ...action };
  const target = fields['target'] as { readonly step?: unknown } | undefined;
  const label = fields['label'] as { readonly name?: unknown } | undefined;
  const parts = [
    fields['step'],
    fields['from'],
    fields['to'],
    fields['reference'],
    fields['rule'],
    target?.step,
    label?.name,
  ];
  return [action.kind, ...parts.filter((part) => typeof part === 'string')].join(' ');
}

function isSharedLabel(action: Action | FileAction): boolean {
  return action.kind === 'create-label' && 'claims' in action && action.claims === false;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refusal([
      problem({ file }, `is no JSON: ${why}`, 'Make the plan again with `procession plan … --out`.'),
    ]);
  }
}

function refusal(problems: readonly InputProblem[]): InvalidInputError {
  return new InvalidInputError(problems, 'The plan file cannot be used; nothing was written:');
}
