/**
 * What the record keeps of migrations between versions of a process, so that going back undoes exactly what they did:
 * what the steps were called, what was set aside, and what is not asked for because it came later.
 */

import { z } from 'zod';
import { EngagementKeyText, isStepKey } from '#domain/base/keys.ts';
import { UNCOMPILED } from '#domain/base/uncompiled.ts';
import { Rulings, saidIn } from '#domain/rulings/rulings.ts';
import { Done } from './done.ts';

const Key = z.string().refine(isStepKey);

/** States of a step that people set by hand, and that a migration may cover. */
const SetByPeople = z.enum(['in progress', 'waiting']);
export type SetByPeople = z.infer<typeof SetByPeople>;

const Labels = z.record(Key, SetByPeople).default({});

/** One migration that was carried out, and not gone back on. */
const Stage = z.object({
  /** Version it led away from; `null`: made before processes had versions. */
  version: z.int().min(1).nullable(),
  rules: z.string().nullable(),
  /** Version it led to. */
  to: z.int().min(1),
  /** Old id of a step → new one, where they differ. */
  becomes: z.record(Key, Key).default({}),
  /** Steps of the old version that nobody is asked for any more. */
  retired: z.array(Key).default([]),
  /** New steps that are not asked for here. */
  notAsked: z.array(Key).default([]),
  /** Step → evidence field → its name before, under which issues may have it. */
  evidence: z.record(Key, z.record(z.string(), z.string())).default({}),
  /** Key that the engagement had until then; absent: it kept its own. */
  key: EngagementKeyText.optional(),
});
export type Stage = Readonly<z.infer<typeof Stage>>;

const AsideStep = z.object({
  issue: z.int(),
  done: Done.optional(),
  baseline: z.iso.date().optional(),
  /** Closed by the migration, as retired. */
  closed: z.boolean().default(false),
});

/** What steps of a version had that the engagement is no longer judged by. */
const Aside = z.object({
  version: z.int().min(1),
  steps: z.record(Key, AsideStep).default({}),
  rulings: Rulings.prefault({}),
  /** Labels set by people that the migration covered, by the steps of that version. */
  labels: Labels,
});
export type Aside = Readonly<z.infer<typeof Aside>>;

/** The migrations of an engagement. */
export const Migrated = z.object({
  /** Migrations carried out so far, there and back: each gets a comment of its own. */
  moves: z.int().min(0).default(0),
  /** The latest last; going back takes the last away. */
  path: z.array(Stage).default([]),
  aside: z.array(Aside).default([]),
  /** Noted before the first write of a migration that would cover what people set; gone when it is through. */
  begun: z.object({ to: z.int().min(1), labels: Labels }).optional(),
});
export type Migrated = Readonly<z.infer<typeof Migrated>>;

/** As the record holds it, see `saidIn`. */
export function migratedData(migrated: Migrated): Readonly<Record<string, unknown>> {
  const aside = migrated.aside.map(({ rulings, ...others }) => ({ ...others, rulings: saidIn(rulings) }));
  return { ...migrated, aside };
}

/** Migrations of an engagement that has had none. */
export const NEVER_MIGRATED: Migrated = Migrated.parse({}, UNCOMPILED);

/** Global ids of the issues that are no step of the version of now. */
export function asideIssues(migrated: Migrated | null): ReadonlySet<number> {
  return new Set(
    (migrated?.aside ?? []).flatMap(({ steps }) => Object.values(steps).map(({ issue }) => issue)),
  );
}
