import { html } from 'hono/html';
import { type EngagementReport, isOver, type Turn } from '#domain/portfolio/engagement-report.ts';
import type { Duty, Portfolio, WaitedPerson } from '#domain/portfolio/portfolio.ts';
import { inDaysText, waitText } from './day-text.ts';
import { type Html, linkTo } from './html.ts';
import { type PageLinks, pageFrame } from './page-frame.ts';
import { day, findingItem, flags, lateMark, noticeItem } from './page-parts.ts';
import { counted } from './paint.ts';
import { legend, sign } from './state-signs.ts';
import { stripPicture } from './track-picture.ts';
import { missingMinutes, nameOf, namesOf, pauseText, waiting, waiverText } from './waiting-text.ts';

/** More duties of one person than this are counted, not listed: the table of engagements has them all. */
const MOST_DUTIES = 6;
/** Of one broken rule; the page of the engagement has all. */
const MOST_MISSING = 3;

/** The page of the whole portfolio: who is waited for, then every engagement. */
export function portfolioPage(portfolio: Portfolio, links: PageLinks): string {
  const open = portfolio.engagements.filter(({ status }) => !isOver(status));
  const main = html`<h1>Who is waited for</h1>
<p class="lead">${leadText(portfolio)}</p>
${figures(portfolio)}
${people(portfolio, links)}
${troubles(open, links)}
<h2 id="engagements">Engagements</h2>
${open.length === 0 ? html`<p>None is running.</p>` : html`${legend()}${engagements(open, portfolio, links)}`}
${waivers(portfolio, links)}
${closed(portfolio, links)}
${withdrawn(portfolio, links)}`;
  return pageFrame({
    title: 'Who is waited for · Procession',
    at: portfolio.at,
    links,
    isPortfolio: true,
    main,
  });
}

/** The answer for whoever reads one line only. */
function leadText({ people, counts }: Portfolio): string {
  const [first] = people;
  if (first === undefined)
    return counts.running === 0
      ? 'Nothing is running.'
      : 'Nobody is waited for: no step can be worked on now.';
  const longest = first.longestDays === null ? '' : `, the longest ${waitText(first.longestDays)}`;
  const late = first.late === 0 ? '' : `, ${first.late} of them late`;
  return `Most of all ${nameOf(first)}: ${counted(first.duties.length, 'step')}${late}${longest}.`;
}

function figures({ counts }: Portfolio): Html {
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

function people({ people }: Portfolio, links: PageLinks): Html {
  if (people.length === 0) return html``;
  return html`<table class="stacked" role="table" aria-label="Who is waited for">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Who</th><th role="columnheader" scope="col">Longest wait</th><th role="columnheader" scope="col">For what</th></tr></thead>
<tbody role="rowgroup">${people.map((person) => personRow(person, links))}</tbody></table>`;
}

function personRow(person: WaitedPerson, links: PageLinks): Html {
  const { duties, late, longestDays } = person;
  const more = duties.length - MOST_DUTIES;
  return html`<tr role="row"><th role="rowheader" scope="row"><span class="who">${nameOf(person)}</span><br><span class="small">${counted(duties.length, 'step')}${
    late > 0 ? html`, <span class="bad">${sign('late', 14)} ${late} late</span>` : ''
  }</span></th>
<td role="cell" data-name="Longest wait">${longestDays === null ? 'not known' : waitText(longestDays)}</td>
<td role="cell" data-name="For what"><ul>${duties.slice(0, MOST_DUTIES).map((duty) => dutyItem(duty, links))}${
    more > 0 ? html`<li><a href="#engagements">and ${more} more</a></li>` : ''
  }</ul></td></tr>`;
}

function dutyItem(duty: Duty, links: PageLinks): Html {
  const { engagement, customer, title, url, days, daysLate, outside } = duty;
  return html`<li>${linkTo(url, title)} for <a href="${links.engagement(engagement)}">${engagement}${customer === null ? '' : ` ${customer}`}</a>${
    days === null ? '' : html`, ${waitText(days)}`
  }${outside ? ', waits for somebody outside' : ''} ${lateMark(daysLate)}</li>`;
}

function troubles(open: readonly EngagementReport[], links: PageLinks): Html {
  const troubled = open.filter(
    ({ violations, notices, paused }) => violations.length > 0 || notices.length > 0 || paused,
  );
  if (troubled.length === 0) return html``;
  return html`<h2>Needs a look</h2>${troubled.map(
    (report) =>
      html`<section aria-label="${report.engagement}"><p><a href="${links.engagement(report.engagement)}"><strong>${nameLine(report)}</strong></a></p>${
        report.paused ? html`<div class="notice"><p>${pauseText(report)}.</p></div>` : ''
      }${report.violations.map((finding) => findingItem(finding, MOST_MISSING))}${report.notices.map(noticeItem)}</section>`,
  )}`;
}

function nameLine({ engagement, customer, name }: EngagementReport): string {
  return [engagement, [customer, name].filter((part) => part !== null).join(': ')].join(' ').trim();
}

function engagements(reports: readonly EngagementReport[], { today }: Portfolio, links: PageLinks): Html {
  return html`<table class="stacked" role="table" aria-labelledby="engagements">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Engagement</th><th role="columnheader" scope="col">Waits for</th><th role="columnheader" scope="col">Next due</th><th role="columnheader" scope="col">Late</th></tr></thead>
<tbody role="rowgroup">${reports.map((report) => engagementRow(report, today, links))}</tbody></table>`;
}

function engagementRow(report: EngagementReport, today: string, links: PageLinks): Html {
  const { engagement, customer, name, done, total, nextDue, waitingFor, late } = report;
  return html`<tr role="row"><th role="rowheader" scope="row"><a href="${links.engagement(engagement)}">${engagement}</a> ${customer ?? ''}<br><span class="small soft">${name ?? ''}${
    total > 0 ? ` · ${done} of ${total} done` : ''
  }</span>${stripPicture(report)}${flags(report)}${missingMinutes(report).map((text) => html`<br><span class="bad small">${text}</span>`)}</th>
<td role="cell" data-name="Waits for"${waitingFor.length === 0 ? html` class="none"` : ''}><ul>${waitingFor.map(turnItem)}</ul></td>
<td role="cell" data-name="Next due"${nextDue === null ? html` class="none"` : ''}>${
    nextDue === null
      ? ''
      : html`${day(nextDue.date, today)} <span class="soft small">(${inDaysText(nextDue.inDays)})</span><br>${nextDue.title}`
  }</td>
<td role="cell" data-name="Late"${late.length === 0 ? html` class="none"` : ''}>${lateCell(late)}</td></tr>`;
}

function turnItem(turn: Turn): Html {
  return html`<li><span class="who">${namesOf(turn.who)}</span>: ${linkTo(turn.url, turn.title)}<span class="soft">${
    turn.since === null ? '' : `, ${waiting(turn)}`
  }${turn.outside ? ', waits for somebody outside' : ''}</span></li>`;
}

function lateCell(late: EngagementReport['late']): Html {
  const [first] = late;
  if (first === undefined) return html``;
  const more = late.length - 1;
  return html`${lateMark(first.daysLate)}<br>${first.title}${more > 0 ? html` <span class="soft">and ${more} more</span>` : ''}`;
}

function waivers({ engagements }: Portfolio, links: PageLinks): Html {
  const waived = engagements.filter((report) => !isOver(report.status) && report.waivers.length > 0);
  if (waived.length === 0) return html``;
  return html`<h2>Waivers</h2><ul>${waived.flatMap((report) =>
    report.waivers.map(
      (waiver) =>
        html`<li><a href="${links.engagement(report.engagement)}">${report.engagement}</a>: ${waiverText(waiver)}</li>`,
    ),
  )}</ul>`;
}

function withdrawn({ engagements, today }: Portfolio, links: PageLinks): Html {
  const all = engagements.filter(({ status }) => status === 'withdrawn');
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

function closed({ engagements, today }: Portfolio, links: PageLinks): Html {
  const over = engagements.filter(({ status }) => status === 'complete');
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
