/** Parts of the page of the portfolio that engagements and deals have both. */
import { html } from 'hono/html';
import type { EngagementReport, Turn } from '#domain/portfolio/engagement-report.ts';
import type { Counts, Portfolio } from '#domain/portfolio/portfolio.ts';
import { type Html, linkTo } from './html.ts';
import type { PageLinks } from './page-frame.ts';
import { day, findingItem, lateMark, noticeItem } from './page-parts.ts';
import { namesOf, pauseText, waiting, waiverText } from './waiting-text.ts';

/** Of one broken rule; the page of the engagement has all. */
const MOST_MISSING = 3;

type Level = 'h2' | 'h3';

function heading(level: Level, text: string): Html {
  return level === 'h2' ? html`<h2>${text}</h2>` : html`<h3>${text}</h3>`;
}

/** How many there are of each kind, what needs a person marked. */
export function figures(counts: Counts): Html {
  const figure = (name: string, count: number, alarm = false): Html =>
    html`<div${alarm && count > 0 ? html` class="alarm"` : ''}><dt>${name}</dt><dd>${count}</dd></div>`;
  return html`<dl class="figures">${figure('Running', counts.running)}${figure('Late', counts.late, true)}${figure(
    'At risk',
    counts.atRisk,
    true,
  )}${figure('Rules broken', counts.withViolations - counts.unreadable, true)}${figure('Paused', counts.paused, true)}${
    counts.unreadable > 0 ? figure('Cannot be read', counts.unreadable, true) : ''
  }${figure('Closed', counts.closed)}${figure('Completed', counts.completed)}${counts.withdrawn > 0 ? figure('Withdrawn', counts.withdrawn) : ''}</dl>`;
}

/** What needs a person, engagement by engagement; nothing where all is well. @param level heading in front */
export function troubles(open: readonly EngagementReport[], links: PageLinks, level: Level): Html {
  const troubled = open.filter(
    ({ violations, notices, paused }) => violations.length > 0 || notices.length > 0 || paused,
  );
  if (troubled.length === 0) return html``;
  return html`${heading(level, 'Needs a look')}${troubled.map(
    (report) =>
      html`<section aria-label="${report.engagement}"><p><a href="${links.engagement(report.engagement)}"><strong>${nameLine(report)}</strong></a></p>${
        report.paused ? html`<div class="notice"><p>${pauseText(report)}.</p></div>` : ''
      }${report.violations.map((finding) => findingItem(finding, MOST_MISSING))}${report.notices.map(noticeItem)}</section>`,
  )}`;
}

/** Key, customer and name of an engagement. */
function nameLine({ engagement, customer, name }: EngagementReport): string {
  return [engagement, [customer, name].filter((part) => part !== null).join(': ')].join(' ').trim();
}

/** Who is waited for, with what. */
export function turnItem(turn: Turn): Html {
  return html`<li><span class="who">${namesOf(turn.who)}</span>: ${linkTo(turn.url, turn.title)}<span class="soft">${
    turn.since === null ? '' : `, ${waiting(turn)}`
  }${turn.outside ? ', waits for somebody outside' : ''}</span></li>`;
}

/** The latest of what is late, and how much more is. */
export function lateCell(late: EngagementReport['late']): Html {
  const [first] = late;
  if (first === undefined) return html``;
  const more = late.length - 1;
  return html`${lateMark(first.daysLate)}<br>${first.title}${more > 0 ? html` <span class="soft">and ${more} more</span>` : ''}`;
}

/** What is done without, with who, when and why. @param level heading in front */
export function waivers(open: readonly EngagementReport[], links: PageLinks, level: Level): Html {
  const waived = open.filter((report) => report.waivers.length > 0);
  if (waived.length === 0) return html``;
  return html`${heading(level, 'Waivers')}<ul>${waived.flatMap((report) =>
    report.waivers.map(
      (waiver) =>
        html`<li><a href="${links.engagement(report.engagement)}">${report.engagement}</a>: ${waiverText(waiver)}</li>`,
    ),
  )}</ul>`;
}

/** Those that were given up, with why. */
export function withdrawn(
  reports: readonly EngagementReport[],
  { today }: Pick<Portfolio, 'today'>,
  links: PageLinks,
): Html {
  const all = reports.filter(({ status }) => status === 'withdrawn');
  if (all.length === 0) return html``;
  return html`<details><summary>Withdrawn (${all.length})</summary><ul>${all.map(
    (report) =>
      html`<li><a href="${links.engagement(report.engagement)}">${nameLine(report)}</a>${
        report.withdrawn === null
          ? ''
          : html`, ${day(report.withdrawn.on, today)}: ${report.withdrawn.reason}`
      }</li>`,
  )}</ul></details>`;
}

/** Those that are closed, the newest first. */
export function closed(
  reports: readonly EngagementReport[],
  { today }: Pick<Portfolio, 'today'>,
  links: PageLinks,
): Html {
  const over = reports.filter(({ status }) => status === 'complete');
  if (over.length === 0) return html``;
  return html`<details><summary>Closed (${over.length})</summary><ul>${over.map(
    (report) =>
      html`<li><a href="${links.engagement(report.engagement)}">${nameLine(report)}</a>${closedText(report, today)}</li>`,
  )}</ul></details>`;
}

function closedText({ closedOn, money }: EngagementReport, today: string): Html {
  const since = closedOn === null ? html`` : html`, ${day(closedOn, today)}`;
  if (money === null) return since;
  return money === 'completed' ? html`${since}, completed` : html`${since}, money open since`;
}
