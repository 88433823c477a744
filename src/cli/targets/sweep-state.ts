/** The file by which a sweep in one job knows of the last one in another. */

import { resolve } from 'node:path';
import type { CommandContext } from '#cli/terminal/command.ts';
import { readTextIfAny, requireWritable, writeText } from '#cli/terminal/files.ts';
import { toJson } from '#cli/terminal/output.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import type { SweepOptions, SweepResult } from '#reconciler/work/sweep.ts';
import {
  dueLooks,
  fingerprintOf,
  isOfOtherPlace,
  isWholeDue,
  knownEngagements,
  parseSweepMemory,
  rememberedLooks,
  rememberSweep,
  type SweepMemory,
  sweepFrom,
  whyInFull,
} from '#reconciler/work/sweep-memory.ts';

import { parseKey } from './target.ts';

/** What is remembered of one look at an engagement. */
export interface LookedOnce
  extends Pick<SweepResult, 'engagement' | 'look' | 'lookedAt' | 'createdAt' | 'over'> {
  /** What only carries a label of ours is none. */
  readonly isSeen: boolean;
  readonly isLeftOut: boolean;
}

/** Memory of earlier sweeps that the next one goes by. */
export interface SweepState {
  /** Instant from which on changes are looked at; `null`: a full sweep. */
  readonly since: string | null;
  /** Why it is a full one, for people; `null`: it is none. */
  readonly inFull: string | null;
  /** What the sweep looks at besides, and leaves out. */
  readonly goingBy: Pick<SweepOptions, 'also' | 'lookedAt' | 'known' | 'whole' | 'before'>;
  /** Engagements that earlier sweeps have seen, as far as this one looks at all of them. */
  readonly known: readonly EngagementKey[];
  /** Engagements that earlier sweeps have seen, or missed. */
  readonly remembered: readonly EngagementKey[];
  /** Digests of SOW files that an earlier sweep has seen; `null`: none has looked at them. */
  readonly sows: ReadonlyMap<string, string> | null;
  /** Writes what the next sweep is to know. */
  remember(
    results: readonly LookedOnce[],
    left: {
      /** Engagements that are known and were not seen. */
      readonly missing: readonly EngagementKey[];
      /** Engagements that could not be put right. */
      readonly undone: ReadonlySet<EngagementKey>;
      /** Digests of SOW files; `null`: they were not looked at. */
      readonly sows: ReadonlyMap<string, string> | null;
    },
  ): Promise<void>;
}

/**
 * Opens the file of `--state`; `null` without that option. A file that is missing or odd means a full sweep.
 *
 * @throws UsageError beside `--since`
 * @throws InvalidInputError when the file could not be written at the end
 */
export async function openMemory(
  context: CommandContext,
  deps: Pick<ReconcileDeps, 'processes' | 'settings'>,
  startedAt: string,
): Promise<SweepState | null> {
  const named = context.text('state');
  if (named === undefined) return null;
  if (context.text('since') !== undefined)
    throw new UsageError(
      '--state remembers itself since when: leave --since out, or --state.',
      'procession sweep --help',
    );
  const path = resolve(context.cwd, named);
  await requireWritable(path, named);
  const text = await readTextIfAny(path);
  const fingerprint = fingerprintOf(deps, context.wire.place());
  const found = parseSweepMemory(text ?? '');
  const memory = found === null || isOfOtherPlace(found, fingerprint) ? null : found;
  const since = sweepFrom(memory, startedAt, fingerprint);
  const full = since === null;
  const forget = context.text('forget');
  const forgotten = forget === undefined ? null : parseKey(forget);
  const known = full ? [...(memory?.seen ?? []), ...(memory?.missing ?? [])] : (memory?.missing ?? []);
  const still = [...new Set(known)].filter((engagement) => engagement !== forgotten);
  return {
    since,
    inFull: full ? reasonOf({ text, found }, startedAt, fingerprint) : null,
    goingBy: {
      also: full ? [] : [...new Set([...dueLooks(memory, startedAt), ...still])],
      lookedAt: rememberedLooks(memory, fingerprint),
      known: knownEngagements(memory, startedAt, fingerprint) ?? undefined,
      whole: isWholeDue(memory, startedAt),
      before: memory ?? undefined,
    },
    known: still,
    remembered: [...(memory?.seen ?? []), ...(memory?.missing ?? [])],
    sows: memory?.sows == null ? null : new Map(Object.entries(memory.sows)),
    remember: async (results, { missing, undone, sows }) => {
      const seen = results.filter(({ isSeen }) => isSeen);
      const looks = new Map(
        seen
          // What could not be put right keeps none of the others waiting, and is looked at again by the next sweep.
          .map(({ engagement, look }) => [engagement, undone.has(engagement) ? startedAt : look]),
      );
      const lookedAt = new Map(
        seen.map((result) => [result.engagement, undone.has(result.engagement) ? null : result.lookedAt]),
      );
      const next = rememberSweep(memory, {
        startedAt,
        full,
        whole: full && !results.some(({ isLeftOut }) => isLeftOut),
        fingerprint,
        looks,
        lookedAt,
        created: new Map(seen.map(({ engagement, createdAt }) => [engagement, createdAt])),
        over: new Set(seen.flatMap(({ engagement, over }) => (over ? [engagement] : []))),
        missing,
        sows,
      });
      await writeText(path, named, `${toJson(next)}\n`, NOT_REMEMBERED);
    },
  };
}

const NOT_REMEMBERED =
  'The sweep is done, but what it saw could not be remembered; the next one looks at all of it again:';

const REASONS = {
  other: 'the state file is of other settings, other processes or another group',
  future: 'the state file is of a later time: a clock was wrong',
  daily: 'once a day',
} as const;

function reasonOf(
  { text, found }: { readonly text: string | null; readonly found: SweepMemory | null },
  startedAt: string,
  fingerprint: string,
): string {
  if (text === null) return 'there was no state file yet';
  if (found === null) return 'the state file is empty or damaged';
  return REASONS[whyInFull(found, startedAt, fingerprint) ?? 'daily'];
}
