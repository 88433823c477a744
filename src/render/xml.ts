/** Text into XML, for JUnit reports. */
import { visible } from './paint.ts';

/** ` name="value"` for each, ready to stand in a tag. */
export function attributeText(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${xmlText(visible(String(value)))}"`)
    .join('');
}

/** Text for an element or an attribute. Characters that XML 1.0 forbids even as references become `�`; control characters are already spelled out. */
export function xmlText(text: string): string {
  return text
    .replaceAll(/[\uFFFE\uFFFF]/g, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}
