/** Sentences as data: a text with named places, and the words for them. */
import { InvariantError } from './errors.ts';

/** Words for the places of a sentence: `{ has: 'read_api' }` fills `{has}`. */
export type Details = Readonly<Record<string, string | number>>;

/** Answer of a rule: `false` or an empty list where it does not apply; of a list, each element is a case of its own. */
export type Found = boolean | Details | readonly Details[];

/** Cases in the answer of a rule, one element each. */
export function casesOf(found: Found): readonly Details[] {
  if (typeof found === 'boolean') return found ? [{}] : [];
  return isList(found) ? found : [found];
}

/** Text as the end of a sentence: with a full stop, unless it ends by itself. @example ended('Wait!') // 'Wait!' */
export function ended(text: string): string {
  return /[.?!…]["'”’»)*`]*$/u.test(text) ? text : `${text}.`;
}

/** `1 issue`, `2 issues`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * Fills the places of a sentence.
 *
 * @example filledIn('It has {has}.', { has: 'read_api' }) // 'It has read_api.'
 * @throws InvariantError when a place has no word
 */
export function filledIn(sentence: string, details: Details): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const word = details[name];
    if (word === undefined) throw new InvariantError(`Nothing fills {${name}} in "${sentence}".`);
    return String(word);
  });
}

function isList(found: Details | readonly Details[]): found is readonly Details[] {
  return Array.isArray(found);
}
