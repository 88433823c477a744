/** Dates and durations as quick actions take them. */

const UNITS: Readonly<Record<string, number>> = { mo: 576_000, w: 144_000, d: 28_800, h: 3600, m: 60, s: 1 };

/** `1mo 2w 3d 4h30m` in seconds, with GitLab's 8-hour days, 5-day weeks and 4-week months; `null` when it is none. */
export function parseDuration(text: string): number | null {
  const duration = /^-?(?:\s*\d+(?:\.\d+)?(?:mo|w|d|h|m|s)(?![a-z]))+/u.exec(text.trim())?.[0];
  if (duration === undefined) return null;
  const seconds = [...duration.matchAll(/(\d+(?:\.\d+)?)(mo|w|d|h|m|s)/gu)]
    .map(([, amount, unit]) => Number(amount) * (UNITS[unit ?? ''] ?? 0))
    .reduce((sum, part) => sum + part, 0);
  return Math.round(duration.startsWith('-') ? -seconds : seconds);
}

/** `90_000` as GitLab shows it: `3d 1h`, largest unit first; `null` for none. @see lib/gitlab/time_tracking_formatter.rb */
export function showDuration(seconds: number): string | null {
  let left = seconds;
  const parts = Object.entries(UNITS).flatMap(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count === 0 ? [] : [`${count}${unit}`];
  });
  return parts.length === 0 ? null : parts.join(' ');
}

/** `2026-03-01`, `today`, `tomorrow`, `in 3 days`, `in 2 weeks`; `null` when it is no date. */
export function parseDate(text: string, now: Date): string | null {
  const words = text.trim().toLowerCase();
  const written = /^\d{4}-\d{2}-\d{2}$/u.exec(words);
  if (written !== null) return isDate(words) ? words : null;
  const days = daysAhead(words);
  return days === null ? null : new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 10);
}

function daysAhead(words: string): number | null {
  if (words === 'today') return 0;
  if (words === 'tomorrow') return 1;
  const match = /^in (?<count>\d+) (?<unit>day|week)s?$/u.exec(words);
  if (match === null) return null;
  return Number(match.groups?.['count']) * (match.groups?.['unit'] === 'week' ? 7 : 1);
}

/** Whether the text is an existing day written `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
