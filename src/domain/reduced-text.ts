/** What rules read of a description, without the rest: for records of decisions, which hold no more of people's words than they need. */
import { humanLines, isHeading, isTaskItem } from './checklist.ts';
import { isAmount, isTableRow } from './evidence.ts';
import { readManagedBlock, writeManagedBlock } from './managed-block.ts';
import { parseMarker } from './marker.ts';
import { withoutAmounts } from './sow.ts';
import { decodeSowRecord, encodeSowRecord } from './sow-record.ts';

/**
 * The description of a step's issue as far as it decides something: our block, headings, task items and table rows. Read
 * again it says the same. Digits of amounts become zeros. A text too odd to be taken apart is kept as it is.
 */
export function reducedStepText(description: string): string {
  const kept = humanLines(description).filter(isRead).map(withoutFigures);
  const reduced = withBlockOf(description, kept.join('\n'));
  if (reduced === null) return reducedRecords(description);
  const again = humanLines(reduced).filter(isRead);
  return again.join('\n') === kept.join('\n') ? reducedRecords(reduced) : reducedRecords(description);
}

/** The description of a holder as far as it decides something: our block. */
export function reducedHolderText(description: string): string {
  return reducedRecords(withBlockOf(description, '') ?? description);
}

/** `null` where lines of ours stand elsewhere too, or the block is damaged. */
function withBlockOf(description: string, rest: string): string | null {
  const block = readManagedBlock(description);
  if (block === null) return parseMarker(description) === null ? rest : null;
  const isOdd = /procession:/.test(block.before + block.after);
  return isOdd ? null : writeManagedBlock(rest, block.marker, block.content);
}

function isRead(line: string): boolean {
  return isHeading(line) || isTaskItem(line) || isTableRow(line);
}

function withoutFigures(line: string): string {
  if (!isTableRow(line)) return line;
  return line
    .split('|')
    .map((cell) => (isAmount(cell) ? cell.replaceAll(/\d/g, '0') : cell))
    .join('|');
}

/** Of the SOW record only what GitLab shows to everybody: no amounts. A damaged one says nothing but that. */
function reducedRecords(text: string): string {
  return text.replaceAll(/^[ \t]*<!--[ \t]*procession:sow\b[^\r\n]*$/gm, (line) => {
    const record = decodeSowRecord(line);
    return record.kind === 'ok'
      ? encodeSowRecord(withoutAmounts(record.sow))
      : '<!-- procession:sow damaged -->';
  });
}
