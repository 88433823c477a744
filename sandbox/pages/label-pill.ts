/** Labels drawn as GitLab draws them: scoped ones in two parts. Colours come from a style sheet, not from markup. */
import { html } from 'hono/html';
import type { Label, World } from '#sandbox/world.ts';
import type { Html } from './visit.ts';

const FALLBACK = '#6b6b73';

/** A label as a link to `href`, or as plain text without one. */
export function labelPill(label: Label, href: string | null): Html {
  const cut = label.name.lastIndexOf('::');
  const scoped = cut > 0;
  const body = scoped
    ? html`<span class="scope">${label.name.slice(0, cut)}</span><span class="vh">::</span><span class="value">${label.name.slice(cut + 2)}</span>`
    : html`<span class="scope">${label.name}</span>`;
  const look = `label l${label.id}${scoped ? ' scoped' : ''}`;
  return href === null
    ? html`<span class="${look}" title="${label.description ?? ''}">${body}</span>`
    : html`<a class="${look}" href="${href}" title="${label.description ?? ''}">${body}</a>`;
}

/** Six hex digits, or grey for anything else: a colour goes into a style sheet, so nothing else may pass. */
function safeColour(colour: string): string {
  if (/^#[0-9a-f]{6}$/iu.test(colour)) return colour;
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/iu.exec(colour);
  return short === null
    ? FALLBACK
    : `#${short
        .slice(1)
        .map((digit) => digit + digit)
        .join('')}`;
}

/** Relative luminance as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.039_28 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** One rule per label: its colour, and the one of black and white that reads better on it. */
export function labelStyles(world: World): string {
  return world.labels
    .map((label) => {
      const colour = safeColour(label.color);
      // 0.179 is where contrast against black and against white is the same, 4.58 : 1.
      return `.l${label.id}{--bg:${colour};--fg:${luminance(colour) > 0.179 ? '#000' : '#fff'}}`;
    })
    .join('\n');
}
