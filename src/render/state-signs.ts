/** One sign for each state of a step: told apart by shape, so that colour is never needed. */
import { html, raw } from 'hono/html';
import type { WorkflowState } from '#domain/base/labels.ts';
import type { Html } from './html.ts';

/** Drawn in 16 × 16, in the current colour. */
const DRAWINGS: Readonly<Record<WorkflowState, string>> = {
  done: '<circle cx="8" cy="8" r="7.5" fill="currentColor"/><path d="M4.4 8.4l2.5 2.5 4.8-5.4" fill="none" stroke="#fff" stroke-width="1.8"/>',
  ready:
    '<circle cx="8" cy="8" r="6.75" fill="#fff" stroke="currentColor" stroke-width="1.5"/><path d="M6 4.6v6.8L11.6 8z" fill="currentColor"/>',
  'in progress':
    '<circle cx="8" cy="8" r="6.75" fill="#fff" stroke="currentColor" stroke-width="1.5"/><path d="M8 3.2a4.8 4.8 0 0 1 0 9.6z" fill="currentColor"/>',
  waiting:
    '<circle cx="8" cy="8" r="6.75" fill="#fff" stroke="currentColor" stroke-width="1.5"/><path d="M8 4v4.2l2.8 1.8" fill="none" stroke="currentColor" stroke-width="1.5"/>',
  blocked:
    '<circle cx="8" cy="8" r="4.5" fill="#fff" stroke="currentColor" stroke-width="1.2" stroke-dasharray="2 1.6"/>',
  waived:
    '<circle cx="8" cy="8" r="6.75" fill="#fff" stroke="currentColor" stroke-width="1.2"/><path d="M4.5 8h7" stroke="currentColor" stroke-width="1.6"/>',
  withdrawn:
    '<circle cx="8" cy="8" r="6.75" fill="#fff" stroke="currentColor" stroke-width="1.2"/><path d="M5 5l6 6M11 5l-6 6" stroke="currentColor" stroke-width="1.4"/>',
};
const LATE =
  '<path d="M8 1.5L15.5 15H.5z" fill="currentColor"/><path d="M8 6v4.4M8 11.8v1.6" stroke="#fff" stroke-width="1.6"/>';

/** Meaning of the states for whoever waits. */
export const STATE_WORDS: Readonly<Record<WorkflowState, string>> = {
  done: 'done',
  ready: 'ready to start',
  'in progress': 'in progress',
  waiting: 'waits for somebody outside',
  blocked: 'not yet possible',
  waived: 'waived',
  withdrawn: 'withdrawn',
};

/** Put once into a page, before any sign. */
export function signSheet(): Html {
  const symbols = Object.entries(DRAWINGS).map(([state, drawing]) => symbol(cssName(state), drawing));
  return html`<svg width="0" height="0" class="sheet" aria-hidden="true" focusable="false">${raw([...symbols, symbol('late', LATE)].join(''))}</svg>`;
}

function symbol(name: string, drawing: string): string {
  return `<symbol id="s-${name}" viewBox="0 0 16 16">${drawing}</symbol>`;
}

/** A sign beside words that say the same. */
export function sign(state: WorkflowState | 'late', size = 16): Html {
  const name = cssName(state);
  return html`<svg class="sign ${name}" width="${size}" height="${size}" aria-hidden="true" focusable="false"><use href="#s-${name}"/></svg>`;
}

/** A sign inside a picture. */
export function signAt(state: WorkflowState | 'late', x: number, y: number, size = 16): Html {
  const name = cssName(state);
  return html`<use class="${name}" href="#s-${name}" x="${x}" y="${y}" width="${size}" height="${size}"/>`;
}

/** Name of a state as a class of the style: `in progress` → `in-progress`. */
export function cssName(state: string): string {
  return state.replaceAll(' ', '-');
}

/** Explains the signs in the pictures. */
export function legend(): Html {
  const states = Object.keys(DRAWINGS) as WorkflowState[];
  return html`<ul class="legend" aria-label="Signs">${states.map(
    (state) => html`<li>${sign(state)} ${STATE_WORDS[state]}</li>`,
  )}<li>${sign('late')} late</li></ul>`;
}
