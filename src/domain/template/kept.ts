/** The sections of a template whose text follows the facts: `{{#kept.mail}}…{{/kept.mail}}`. */

const KEPT = /^kept\.([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/;

/** Gives the name of a kept section, `null` for any other name. @example `kept.mail` → `mail` */
export function keptName(name: string): string | null {
  return KEPT.exec(name)?.[1] ?? null;
}

/** Tells whether a name was meant as that of a kept section: `kept`, `kept.Mail`. */
export function looksKept(name: string): boolean {
  return /^kept\b/.test(name);
}
