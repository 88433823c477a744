import type { LookMemory } from '#ports/look-memory.ts';

/** The memory of sweeps without a database. */
export function looksInMemory(): LookMemory {
  let kept = new Map<string, { readonly updatedAt: string; readonly fingerprint: string }>();
  return {
    read: async (fingerprint) =>
      new Map(
        [...kept].flatMap(([key, look]) => (look.fingerprint === fingerprint ? [[key, look.updatedAt]] : [])),
      ),
    write: async (fingerprint, looks, kind) => {
      if (kind === 'all') kept = new Map();
      for (const [key, updatedAt] of looks) kept.set(key, { updatedAt, fingerprint });
    },
  };
}
