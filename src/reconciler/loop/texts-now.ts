/** Texts of GitLab right before they are written, so that nothing that people have written meanwhile is lost. */
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';
import type { Clock } from '#ports/clock.ts';
import type { GitLabReader } from '#ports/gitlab.ts';

type Item = ActualEpic | ActualIssue;

/** Texts of one run, read again when the first of them is wanted. */
export interface TextsNow {
  /**
   * Gives the text of an item as it stands now. One that is gone has the text that was seen last.
   *
   * @param again the text was written from once already, and that failed or waited
   */
  readonly of: (item: Item, again?: boolean) => Promise<string>;
  /** The text of an item was written, and is not read again with the others. */
  readonly written: (item: Item) => void;
}

/** As long as a text that was read counts as standing there. A write of a few items takes one or two seconds. */
const FRESH_MS = 5_000;

/**
 * Reads texts right before they are written: those of all items that wait for it at once; and again, with all that still
 * wait, once some seconds have passed, as after a pause that GitLab asked for.
 *
 * @param waiting items whose texts the run is going to write
 */
export function textsNow(
  { gitlab, clock }: { readonly gitlab: Pick<GitLabReader, 'readNow'>; readonly clock: Clock },
  waiting: readonly Item[],
): TextsNow {
  const left = new Map(waiting.map((item) => [keyOf(item), item]));
  let texts = new Map<string, string>();
  let readAt = 0;
  let reading: Promise<void> | null = null;

  async function read(item: Item): Promise<void> {
    left.set(keyOf(item), item);
    readAt = Date.parse(clock.now());
    const items = await gitlab.readNow([...left.values()]);
    texts = new Map(items.map((now) => [keyOf(now), now.description]));
  }

  /** Those that are written side by side share one reading; what nobody had announced is not in that. */
  async function readOnce(item: Item): Promise<void> {
    if (!left.has(keyOf(item))) return await read(item);
    reading ??= read(item).finally(() => {
      reading = null;
    });
    await reading;
  }

  return {
    of: async (item, again = false) => {
      const age = Date.parse(clock.now()) - readAt;
      // A clock that was set back proves nothing.
      const isFresh = !again && texts.has(keyOf(item)) && age >= 0 && age < FRESH_MS;
      if (again) await read(item);
      else if (!isFresh) await readOnce(item);
      return texts.get(keyOf(item)) ?? item.description;
    },
    written: (item) => {
      left.delete(keyOf(item));
      texts.delete(keyOf(item));
    },
  };
}

function keyOf({ kind, id }: Item): string {
  return `${kind} ${id}`;
}
