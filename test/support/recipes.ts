/** Examples of the documentation, as its readers copy them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** A fenced block of a page: the nth whose text contains `needle`, from 0. @throws when there is none */
export async function recipe(page: string, language: string, needle: string, nth = 0): Promise<string> {
  const text = await readFile(join(root, page), 'utf8');
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))]
    .map(([, block = '']) => block)
    .filter((block) => block.includes(needle));
  const block = blocks[nth];
  if (block === undefined) throw new Error(`${page} has no ${language} block number ${nth} with "${needle}"`);
  return block;
}
