/** A Markdown table; numbers are to the right of their column. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, column) =>
    rows.every((row) => /^[<≤]?[\d.,-]/.test(row[column] ?? '')) ? '--:' : '---',
  );
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

/** @example count(12345.6) === '12,346' */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Milliseconds with as many digits as mean something. */
export function ms(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : String(Math.round(value));
}

/** @param share 0.5 is the median, 1 the largest */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
