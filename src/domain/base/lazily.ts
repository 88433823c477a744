/**
 * Adds fields that are worked out when somebody reads them, once: a copy of the object has their values.
 *
 * @example lazily({ key: 'kick-off' }, { evidence: () => readEvidence(description, fields) })
 */
export function lazily<Known extends object, Later extends object>(
  known: Known,
  readers: { readonly [Name in keyof Later]: () => Later[Name] },
): Known & Later {
  for (const name of Object.keys(readers) as (keyof Later & string)[])
    Object.defineProperty(known, name, {
      enumerable: true,
      configurable: true,
      get() {
        const value = readers[name]();
        Object.defineProperty(known, name, { enumerable: true, value });
        return value;
      },
    });
  return known as Known & Later;
}

/** Makes something when it is first asked for, once. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
