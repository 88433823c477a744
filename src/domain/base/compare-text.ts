/** For sorting: by code units, the same on every machine. Dates and instants of one form sort as time does. */
export function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
