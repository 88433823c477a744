/** Words about sections of a text that no longer follow the facts. */

/**
 * Says that people have written in sections and that those differ from what is so now; gone as soon as they do not.
 *
 * @param names of the sections, as their first lines name them
 */
export function byHandLines(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const list = names.map((name) => `\`${name}\``).join(', ');
  return [
    `**Written by hand** below, so it no longer follows: ${list}. It says something else than the SOW, or the people in charge, do now. Correct it there, or delete everything between its two \`procession:kept\` lines to have it written anew.`,
    '',
  ];
}
