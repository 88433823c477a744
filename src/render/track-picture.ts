/** The steps of an engagement as pictures: a strip for the overview, and the way through all of them. */
import { html } from 'hono/html';
import type { EngagementReport, ReportedStep } from '#domain/portfolio/engagement-report.ts';
import { clampTitle } from '#domain/text/foreign-text.ts';
import type { Html } from './html.ts';
import { signAt } from './state-signs.ts';
import { type Spot, trackLayout } from './track-layout.ts';

const CELL = 18;

/** One sign for each step, in order. */
export function stripPicture({ steps, done, total }: EngagementReport): Html {
  if (steps.length === 0) return html``;
  const width = steps.length * CELL;
  return html`<svg class="strip" viewBox="0 0 ${width} 16" width="${width}" height="16" role="img" aria-label="${done} of ${total} steps done">${steps.map(
    ({ state, daysLate }, index) => signAt(daysLate > 0 ? 'late' : state, index * CELL, 0),
  )}</svg>`;
}

const COLUMN = 116;
const ROW = 96;
const SIGN = 30;
const LATE = 15;
const TOP = 10;
const LINE = 13;
/** Of a title under its sign. */
const MOST_LINES = 3;
const LINE_LENGTH = 16;

/**
 * Draws every step with its sign and title, in columns: each step stands right of its predecessors.
 *
 * @param criticalPath keys of the steps that decide the end, in order: thick lines join them, and their titles are bold
 */
export function trackPicture(steps: readonly ReportedStep[], criticalPath: readonly string[]): Html {
  const { columns, rows, spots, edges } = trackLayout(steps);
  const [width, height] = [columns * COLUMN, rows * ROW];
  const at = (step: string): Spot => spots.get(step) ?? { column: 0, row: 0 };
  return html`<svg class="track" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="The steps in their order; the table below says the same">
${edges.map(({ from, to }) => {
  const decides = isOnPath(from, to, criticalPath);
  return html`<path class="edge${decides ? ' critical' : ''}" d="${edgePath(at(from), at(to))}"/>`;
})}
${steps.map((step) => node(step, at(step.step), criticalPath.includes(step.step)))}
</svg>`;
}

function isOnPath(from: string, to: string, path: readonly string[]): boolean {
  const index = path.indexOf(from);
  return index >= 0 && path[index + 1] === to;
}

function node({ title, state, daysLate }: ReportedStep, { column, row }: Spot, decides: boolean): Html {
  const [x, y] = [column * COLUMN + COLUMN / 2, row * ROW + TOP];
  return html`<g><title>${title}: ${state}${decides ? ', decides when the engagement ends' : ''}</title>${signAt(state, x - SIGN / 2, y, SIGN)}${
    daysLate > 0 ? signAt('late', x + SIGN / 2 - 4, y - 6, LATE) : ''
  }<text text-anchor="middle"${decides ? html` class="critical"` : ''}>${wrapped(title).map(
    (line, index) => html`<tspan x="${x}" y="${y + SIGN + 14 + index * LINE}">${line}</tspan>`,
  )}</text></g>`;
}

/** Leaves and arrives level, so that it runs behind no sign of a neighbouring row. */
function edgePath(from: Spot, to: Spot): string {
  const [x1, y1] = [from.column * COLUMN + (COLUMN + SIGN) / 2 + 3, from.row * ROW + TOP + SIGN / 2];
  const [x2, y2] = [to.column * COLUMN + (COLUMN - SIGN) / 2 - 3, to.row * ROW + TOP + SIGN / 2];
  const bend = COLUMN / 2 - 12;
  return y1 === y2
    ? `M${x1} ${y1}H${x2}`
    : `M${x1} ${y1}H${x2 - 2 * bend}C${x2 - bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** Lines of a title; what does not fit ends in `…`. */
function wrapped(title: string): readonly string[] {
  const lines: string[] = [];
  for (const word of title.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= LINE_LENGTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(clampTitle(word, LINE_LENGTH));
  }
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES - 1), `${lines[MOST_LINES - 1] ?? ''}…`];
}
