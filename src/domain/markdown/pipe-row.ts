/**
 * The cells of a table row as GFM splits it: at every `|` that no backslash stands before, the outer ones left out; in
 * a cell `\|` is a `|`, whatever it stands in.
 *
 * @see https://github.github.com/gfm/#tables-extension-
 */
export function splitCells(line: string): readonly string[] {
  const row = line.trim();
  const cells: string[] = [];
  let from = row.startsWith('|') ? 1 : 0;
  for (let at = from; at < row.length; at += 1) {
    const character = row.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '|') {
      cells.push(row.slice(from, at));
      from = at + 1;
    }
  }
  if (from < row.length || cells.length === 0) cells.push(row.slice(from));
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}
