import { type Block, readBlocks } from '#domain/markdown/blocks.ts';
import { type Definitions, readDefinitions } from '#domain/markdown/definitions.ts';
import { remembering } from '#domain/markdown/remembering.ts';
import { readManagedBlock } from './managed-block.ts';

/** What of a description belongs to people. */
export interface PeopleText {
  readonly blocks: readonly Block[];
  readonly definitions: Definitions;
}

/** A description without our managed block. */
export const peopleText: (description: string) => PeopleText = remembering((description) => {
  const block = readManagedBlock(description);
  const parts = block === null ? [description] : [block.before, block.after];
  const blocks = parts.flatMap((part) => readBlocks(part));
  const definitions = blocks.flatMap(({ kind, lines }) =>
    kind === 'paragraph' && lines[0]?.trimStart().startsWith('[') === true
      ? [...readDefinitions(lines.join('\n')).found]
      : [],
  );
  return { blocks, definitions: new Map(definitions.toReversed()) };
});
