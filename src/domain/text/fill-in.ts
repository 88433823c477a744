/** Fills in an issue as people do: ticks its list, writes into its evidence table. For cases of a process, and for the demo. */

const BOX = /^(\s*(?:>\s*)*(?:[-*+]|\d+[.)])\s+)\[([ xX~])\](?=\s)(.*)$/;

/** Ticks every task-list item of a description. */
export function tickAll(description: string): string {
  return ticked(description, () => true);
}

/** Sets the boxes of the items that begin with one of the texts, and leaves the others. */
export function tickItems(description: string, beginnings: readonly string[], tick: boolean): string {
  return ticked(description, (text) => (beginsWithOne(text, beginnings) ? tick : null));
}

/** The texts with which no item of the description begins. */
export function unknownItems(description: string, beginnings: readonly string[]): readonly string[] {
  const items = description.split('\n').flatMap((line) => BOX.exec(line)?.[3]?.trim() ?? []);
  return beginnings.filter((beginning) => !items.some((item) => beginsWithOne(item, [beginning])));
}

function ticked(description: string, state: (text: string) => boolean | null): string {
  return description
    .split('\n')
    .map((line) => {
      const [, before, box, text] = BOX.exec(line) ?? [];
      const tick = text === undefined ? null : state(text.trim());
      const isSo = tick === null || tick === (box !== ' ');
      return isSo ? line : `${before}[${tick ? 'x' : ' '}]${text}`;
    })
    .join('\n');
}

function beginsWithOne(text: string, beginnings: readonly string[]): boolean {
  const comparable = (part: string): string =>
    part
      .replaceAll(/[*_`\s]+/g, ' ')
      .trim()
      .toLowerCase();
  return beginnings.some((beginning) => comparable(text).startsWith(comparable(beginning)));
}

/** Writes values into the second cell of the rows whose first cell is the field. */
export function fillCells(description: string, values: ReadonlyMap<string, string>): string {
  return description
    .split('\n')
    .map((line) => {
      const field = line.startsWith('|') ? (line.split('|')[1]?.trim() ?? '') : '';
      const value = values.get(field);
      return value === undefined ? line : `| ${field} | ${value} |`;
    })
    .join('\n');
}
