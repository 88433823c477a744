/**
 * What Procession has already put back in an engagement, one hidden line in the epic's managed block. With it nothing
 * is put back twice: what people undo is left alone, and asked about once.
 */

/** Keys of {@link Drift}: `kick-off:epic`, `kick-off:role=engineer`, `kick-off>intake-aws`, `epic:sow`. */
export interface DriftMemory {
  /** Drift that was put back once. */
  readonly healed: ReadonlySet<string>;
  /** Drift that was undone after that, and asked about: left alone. */
  readonly asked: ReadonlySet<string>;
}

/** Memory of an engagement in which nothing was put back. */
export const NO_DRIFT: DriftMemory = { healed: new Set(), asked: new Set() };

const LINE = /^<!-- procession:drift v1 healed([^|\r\n]*)\| asked([^|\r\n]*)-->\s*$/m;
const KEY = /^[A-Za-z0-9][A-Za-z0-9.:=>/_-]{0,199}$/;

/** Reads the line of releases before records; whatever is no key is skipped. @example `<!-- procession:drift v1 healed kick-off:epic | asked -->` */
export function decodeDriftMemory(text: string): DriftMemory {
  const [, healed = '', asked = ''] = LINE.exec(text) ?? [];
  const keys = (words: string): ReadonlySet<string> =>
    new Set(words.split(/\s+/).filter((word) => KEY.test(word)));
  return { healed: keys(healed), asked: keys(asked) };
}
