/** A time as people write it at the beginning of something: `for 3 weeks`, `two days`, `10 working days`. */
export interface Duration {
  readonly count: number;
  readonly unit: 'hour' | 'day' | 'working day' | 'week' | 'month';
  /** The words behind it. */
  readonly rest: readonly string[];
}

const NUMBERS = ['a', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const DURATION =
  /^(?:(?:for|about|another) )*(\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten)[ -]?((?:working|business|work|calendar)[ -]?)?(hours?|days?|d|weeks?|wks?|w|months?)(?![\p{L}\p{N}])[.,:;]?(?: |$)/iu;

/** The time that words begin with; `null` when they begin with none. */
export function readDuration(words: readonly string[]): Duration | null {
  const text = words.join(' ');
  const [whole = '', count = '', kind = '', unit = ''] = DURATION.exec(text) ?? [];
  if (whole === '') return null;
  const number = count.toLowerCase().replace(/^(?:an|one)$/, 'a');
  return {
    count: /^\d/.test(number) ? Number(number) : NUMBERS.indexOf(number) + 1,
    unit: unitOf(unit.toLowerCase(), kind.toLowerCase()),
    rest: text.slice(whole.length).split(' ').filter(Boolean),
  };
}

function unitOf(unit: string, kind: string): Duration['unit'] {
  if (unit.startsWith('h')) return 'hour';
  if (unit.startsWith('w')) return 'week';
  if (unit.startsWith('m')) return 'month';
  return kind.startsWith('work') || kind.startsWith('business') ? 'working day' : 'day';
}

/** Whether words are a time and nothing else: `for 3 weeks`, `until Friday`. */
export function isOnlyTime(words: readonly string[]): boolean {
  const [first = '', ...rest] = words;
  if (/^until$/i.test(first)) return rest.length > 0 && rest.length <= 3;
  return readDuration(words)?.rest.length === 0;
}
