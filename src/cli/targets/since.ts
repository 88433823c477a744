import { UsageError } from '#cli/terminal/usage-error.ts';
import { isCalendarDate } from '#domain/base/calendar.ts';
import { shown } from '#domain/base/input-problem.ts';

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * The instant meant by `--since`: `2h`, `30m`, `1d` before now, a date (its beginning in UTC), or an instant with its
 * offset. `null` when the option was not given.
 *
 * @throws UsageError
 */
export function sinceInstant(text: string | undefined, now: string): string | null {
  const since = text === undefined ? null : instantIn(text, now);
  if (since === null || Date.parse(since) <= Date.parse(now)) return since;
  throw new UsageError(
    `--since: ${shown(text)} is still to come, so nothing can have changed since.`,
    'procession sweep --help',
  );
}

function instantIn(text: string, now: string): string {
  const [, amount, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined)
    return new Date(Date.parse(now) - Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS]).toISOString();
  if (isCalendarDate(text)) return `${text}T00:00:00.000Z`;
  const instant = /^\d{4}-\d{2}-\d{2}T.+(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant))
    throw new UsageError(
      `--since: expected 2h, 30m, 1d, 2026-03-05 or 2026-03-05T09:00:00Z, got ${shown(text)}.`,
      'procession sweep --help',
    );
  return new Date(instant).toISOString();
}
