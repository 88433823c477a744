import { z } from 'zod';
import type { LookMemory } from '#ports/look-memory.ts';
import type { PostgresDatabase } from './postgres-database.ts';

const Rows = z.array(z.object({ engagement: z.string(), updated_at: z.string() }));

/** Creates the memory of sweeps beside the deliveries. */
export function createPostgresLooks(database: PostgresDatabase): LookMemory {
  const table = `${database.schema}.looks`;
  const select = `SELECT engagement, updated_at FROM ${table} WHERE fingerprint = $1`;
  // In the order of the keys, so that two sweeps at the same time wait for each other and never in a circle.
  const replace = `
    INSERT INTO ${table} (engagement, updated_at, fingerprint)
    SELECT key, value, $2 FROM json_each_text($1::json) ORDER BY key
    ON CONFLICT (engagement) DO UPDATE SET updated_at = excluded.updated_at, fingerprint = excluded.fingerprint`;
  const forget = `DELETE FROM ${table} WHERE NOT engagement = ANY ($1::text[])`;

  return {
    async read(fingerprint) {
      const rows = Rows.parse(await database.query(select, [fingerprint]));
      return new Map(rows.map((row) => [row.engagement, row.updated_at]));
    },
    async write(fingerprint, looks, kind) {
      if (looks.size > 0)
        await database.query(replace, [JSON.stringify(Object.fromEntries(looks)), fingerprint]);
      if (kind === 'all') await database.query(forget, [[...looks.keys()]]);
    },
  };
}
