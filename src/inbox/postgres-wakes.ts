/** Wake-ups: pg-boss jobs that bring an engagement to a worker, now or at an instant. They carry nothing else. */
import type { Db } from 'pg-boss';
import { type PostgresDatabase, WAKE } from './postgres-database.ts';

/** Wake-up of an engagement, as pg-boss queues it. */
export interface Wake {
  /** The job's id. */
  readonly id: string;
  /** Engagement in stored form, which pg-boss gives to one worker at a time. */
  readonly singletonKey: string;
  /** ISO 8601; at once when left out. */
  readonly startAfter?: string;
}

/** Queues wakes together with what else happens on `db`. */
export async function queueWakes({ boss }: PostgresDatabase, db: Db, wakes: readonly Wake[]): Promise<void> {
  if (wakes.length > 0) await boss.insert(WAKE, [...wakes], { db });
}
