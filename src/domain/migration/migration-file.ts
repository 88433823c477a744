/** Planned migrations as JSON: what `migrate --out` writes, and what `migrate m.json` carries out. */
import { z } from 'zod';
import { InvalidInputError } from '#domain/base/errors.ts';
import { type InputProblem, problem, shown } from '#domain/base/input-problem.ts';
import { EngagementKeyText } from '#domain/base/keys.ts';
import { Id } from '#domain/process/process.ts';

const VERSION = 1;

const Entry = z.object({
  engagement: EngagementKeyText,
  from: z.int().min(1),
  to: z.int().min(1),
  /** File of the deal that it becomes, where it gets the key of its deal. */
  deal: z.string().min(1).optional(),
  /** Fits only while the migration means the same. */
  digest: z.string().min(1),
  /** One sentence each, for readers. */
  effects: z.array(z.string()).default([]),
  /** What would be written, for readers. */
  actions: z.array(z.looseObject({ kind: z.string() })).default([]),
});

/** Planned migrations of the engagements of one process. */
export const MigrationFile = z.object({
  version: z.literal(VERSION),
  kind: z.literal('migration'),
  process: Id,
  /** `null`: each goes back where its last migration came from. `texts`: each gets the newest texts of its version. */
  to: z.union([z.int().min(1), z.literal('texts')]).nullable(),
  engagements: z.array(Entry),
  /** Engagements that keep their version for now. */
  stay: z
    .array(z.object({ engagement: EngagementKeyText, version: z.int().min(1).nullable(), why: z.string() }))
    .default([]),
});
export type MigrationFile = Readonly<z.infer<typeof MigrationFile>>;

/** Reads planned migrations. @throws InvalidInputError when the text is not what `migrate --out` wrote */
export function parseMigrationFile(text: string, file: string): MigrationFile {
  const json = parseJson(text, file);
  const said = z.looseObject({ version: z.unknown(), kind: z.unknown() }).safeParse(json).data;
  if (said?.kind !== 'migration')
    throw refusal(
      problem(
        { file },
        'is no planned migration',
        'Make one: procession migrate <process> --to <n> --out m.json. A plan of apply is carried out by procession apply.',
      ),
    );
  if (said.version !== VERSION)
    throw refusal(
      problem(
        { file, at: 'version' },
        `expected ${VERSION}, got ${shown(said.version)}`,
        'The file was made by another release of Procession: plan again.',
      ),
    );
  const parsed = MigrationFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) =>
    problem(
      { file, at: issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part)) },
      issue.message,
      'Plan again; the file is not edited by hand.',
    ),
  );
  throw refusal(...problems);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refusal(problem({ file }, `is no JSON: ${why}`, 'Plan again: procession migrate … --out m.json'));
  }
}

function refusal(...problems: readonly InputProblem[]): InvalidInputError {
  return new InvalidInputError(problems, 'The planned migration cannot be used; nothing was written:');
}
