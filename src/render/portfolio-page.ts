import { html } from 'hono/html';
import { counted } from '#domain/base/sentence.ts';
import { type EngagementReport, isOver } from '#domain/portfolio/engagement-report.ts';
import type { Duty, Portfolio, WaitedPerson } from '#domain/portfolio/portfolio.ts';
import { inDaysText, waitText } from './day-text.ts';
import { bySubject } from './deal-text.ts';
import { type Html, linkTo } from './html.ts';
import { type PageLinks, pageFrame } from './page-frame.ts';
import { day, flags, lateMark } from './page-parts.ts';
import { dealsPart } from './portfolio-deals.ts';
import { closed, figures, lateCell, troubles, turnItem, waivers, withdrawn } from './portfolio-parts.ts';
import { legend, sign } from './state-signs.ts';
import { stripPicture } from './track-picture.ts';
import { missingMinutes, nameOf } from './waiting-text.ts';

/** More duties of one person than this are counted, not listed: the table of engagements has them all. */
const MOST_DUTIES = 6;

/** The page of the whole portfolio: who is waited for, then every engagement, then every deal. */
export function portfolioPage(portfolio: Portfolio, links: PageLinks): string {
  const { sows, deals } = bySubject(portfolio.engagements);
  const open = sows.filter(({ status }) => !isOver(status));
  const main = html`<h1>Who is waited for</h1>
<p class="lead">${leadText(portfolio)}</p>
${figures(portfolio.counts.sows)}
${people(portfolio, links)}
${troubles(open, links, 'h2')}
<h2 id="engagements">Engagements</h2>
${open.length === 0 ? html`<p>None is running.</p>` : html`${legend()}${engagements(open, portfolio, links)}`}
${waivers(open, links, 'h2')}
${closed(sows, portfolio, links)}
${withdrawn(sows, portfolio, links)}
${dealsPart(deals, portfolio, links)}`;
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
