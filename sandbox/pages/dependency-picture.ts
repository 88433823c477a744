/** The order of an epic's issues: a picture of boxes and arrows, and the same in words. */
import { html, raw } from 'hono/html';
import type { Issue } from '#sandbox/world.ts';
import type { Spot } from './dependency-layout.ts';
import { arrange } from './dependency-layout.ts';
import { scopedValue } from './lookup.ts';
import type { Html, Visit } from './visit.ts';

const WIDTH = 146;
const HEIGHT = 66;
const GAP_X = 31;
const GAP_Y = 14;
/** About as many letters of 12 px as a box holds. */
const LETTERS = 19;

type Kind = 'done' | 'ready' | 'active' | 'blocked' | 'open';

/** Drawn in a square of 14; one shape per kind, so that colour is never needed. */
const MARKS: Readonly<Record<Kind, string>> = {
  done: '<path class="mark" d="M2 7.5l3.5 3.5L12 3.5"/>',
  ready: '<path class="solid" d="M3 2l9 5-9 5z"/>',
  active:
    '<circle class="mark" cx="7" cy="7" r="5.2"/><path class="solid" d="M7 1.8a5.2 5.2 0 0 1 0 10.4z"/>',
  blocked: '<circle class="mark" cx="7" cy="7" r="5.2"/><path class="mark" d="M3.4 10.6l7.2-7.2"/>',
  open: '<circle class="mark" cx="7" cy="7" r="5.2"/>',
};

/** The picture with its words; a sentence when no issue waits for another. */
export function dependencyPicture(visit: Visit, issues: readonly Issue[]): Html | '' {
  const ids = new Set(issues.map((issue) => issue.id));
  const links = visit.world.links.filter(
    (link) => link.type === 'blocks' && ids.has(link.sourceId) && ids.has(link.targetId),
  );
  if (links.length === 0) return '';
  const arrangement = arrange(
    [...ids],
    links.map((link) => ({ from: link.sourceId, to: link.targetId })),
  );
  const width = arrangement.columns * (WIDTH + GAP_X) - GAP_X + 4;
  const height = arrangement.rows * (HEIGHT + GAP_Y) - GAP_Y + 4;
  const boxes = issues.map((issue) =>
    box(visit, issue, arrangement.spots.get(issue.id) ?? { column: 0, row: 0 }),
  );
  return html`<section aria-labelledby="order"><h2 id="order">Order of work</h2>
<div class="picture scroll" tabindex="0" role="region" aria-labelledby="order" data-keep-scroll>
<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="group" aria-labelledby="picture-title">
<title id="picture-title">Issues of this epic from left to right; an arrow leads from an issue to one that waits for it</title>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0l8 4-8 4z"/></marker></defs>
${arrangement.routes.map((route) => html`<path class="edge" d="${curve(route)}" marker-end="url(#arrow)"/>`)}
${boxes}</svg></div>
<details id="order-words"><summary class="small">The same in words</summary><ul class="small">${issues.map((issue) => inWords(visit, issue, issues))}</ul></details></section>`;
}

function inWords(visit: Visit, issue: Issue, issues: readonly Issue[]): Html {
  const blockers = visit.world.links
    .filter((link) => link.type === 'blocks' && link.targetId === issue.id)
    .flatMap((link) => issues.find((it) => it.id === link.sourceId) ?? []);
  const waits =
    blockers.length === 0
      ? 'waits for nothing'
      : `waits for ${blockers.map((it) => `#${it.iid}`).join(', ')}`;
  return html`<li>#${issue.iid} ${issue.title}: ${stateWord(visit, issue)}; ${waits}</li>`;
}

function stateWord(visit: Visit, issue: Issue): string {
  const workflow = scopedValue(visit.world, issue, 'workflow');
  if (issue.state === 'opened') return workflow ?? 'open';
  return workflow === 'done' || workflow === 'waived' ? workflow : 'closed';
}

function kindOf(visit: Visit, issue: Issue): Kind {
  if (issue.state === 'closed') return 'done';
  const workflow = scopedValue(visit.world, issue, 'workflow');
  if (workflow === 'blocked' || workflow === 'ready') return workflow;
  return workflow === 'in progress' || workflow === 'waiting' ? 'active' : 'open';
}

function left(spot: Spot): number {
  return 2 + spot.column * (WIDTH + GAP_X);
}

function middle(spot: Spot): number {
  return 2 + spot.row * (HEIGHT + GAP_Y) + HEIGHT / 2;
}

/** From the right side of the first box to the left side of the last, straight through the columns between. */
function curve(route: readonly Spot[]): string {
  return route
    .map((spot, at) => {
      const next = route[at + 1];
      if (next === undefined) return '';
      const [x1, y1, x2, y2] = [left(spot) + WIDTH, middle(spot), left(next) - 1, middle(next)];
      const start = at === 0 ? `M${x1} ${y1}` : `L${x1} ${y1}`;
      return `${start}C${x1 + GAP_X / 2} ${y1} ${x2 - GAP_X / 2} ${y2} ${x2} ${y2}`;
    })
    .join('');
}

function box(visit: Visit, issue: Issue, spot: Spot): Html {
  const x = left(spot);
  const y = middle(spot) - HEIGHT / 2;
  const kind = kindOf(visit, issue);
  const word = stateWord(visit, issue);
  return html`<a class="k-${kind}" href="${visit.paths.issue(issue)}" aria-label="#${issue.iid} ${issue.title}: ${word}"><title>#${issue.iid} ${issue.title}: ${word}</title>
<rect x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="8"/>
<g transform="translate(${x + 9} ${y + 7})">${raw(MARKS[kind])}</g>
<text class="state" x="${x + 28}" y="${y + 18}">${word}</text><text x="${x + WIDTH - 9}" y="${y + 18}" text-anchor="end">#${issue.iid}</text>
${wrap(issue.title).map((line, at) => html`<text x="${x + 9}" y="${y + 38 + at * 16}">${line}</text>`)}</a>`;
}

/** At most two lines; a title that needs more ends in an ellipsis. */
function wrap(title: string): string[] {
  const lines = [''];
  for (const word of title.split(/\s+/u)) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= LETTERS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  const shown = lines
    .slice(0, 2)
    .map((line) => (line.length > LETTERS ? `${line.slice(0, LETTERS - 1)}…` : line));
  if (lines.length > 2) shown[1] = `${(shown[1] ?? '').slice(0, LETTERS - 1).replace(/…$/u, '')}…`;
  return shown;
}
