import { html } from 'hono/html';
import { type EngagementReport, isOver } from '#domain/portfolio/engagement-report.ts';
import type { Portfolio } from '#domain/portfolio/portfolio.ts';
import { isOverdue, stageText } from './deal-text.ts';
import { type Html, linkTo } from './html.ts';
import type { PageLinks } from './page-frame.ts';
import { day, flags } from './page-parts.ts';
import { closed, figures, lateCell, troubles, turnItem, waivers, withdrawn } from './portfolio-parts.ts';
import { stripPicture } from './track-picture.ts';

/** Deals on the page of the portfolio, apart from what came of them; nothing where there are none. */
export function dealsPart(deals: readonly EngagementReport[], portfolio: Portfolio, links: PageLinks): Html {
  if (deals.length === 0) return html``;
  const open = deals.filter(({ status }) => !isOver(status));
  return html`<h2 id="deals">Deals</h2>
${figures(portfolio.counts.deals)}
${open.length === 0 ? html`<p>None is running.</p>` : table(open, portfolio, links)}
${troubles(open, links, 'h3')}
${waivers(open, links, 'h3')}
${closed(deals, portfolio, links)}
${withdrawn(deals, portfolio, links)}`;
}

function table(open: readonly EngagementReport[], portfolio: Portfolio, links: PageLinks): Html {
  return html`<table class="stacked" role="table" aria-labelledby="deals">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Deal</th><th role="columnheader" scope="col">Stage</th><th role="columnheader" scope="col">Waits for</th><th role="columnheader" scope="col">Expected close</th><th role="columnheader" scope="col">Delivery</th><th role="columnheader" scope="col">Late</th></tr></thead>
<tbody role="rowgroup">${open.map((report) => row(report, portfolio, links))}</tbody></table>`;
}

function row(report: EngagementReport, portfolio: Portfolio, links: PageLinks): Html {
  const { engagement, customer, name, done, total, deal, waitingFor, late, related } = report;
  const close = deal?.expectedClose ?? null;
  const none = (isNone: boolean): Html => (isNone ? html` class="none"` : html``);
  return html`<tr role="row"><th role="rowheader" scope="row"><a href="${links.engagement(engagement)}">${engagement}</a> ${customer ?? ''}<br><span class="small soft">${
    deal === null || name === null ? (name ?? '') : linkTo(deal.opportunity, name)
  }${total > 0 ? ` · ${done} of ${total} done` : ''}</span>${stripPicture(report)}${flags(report)}</th>
<td role="cell" data-name="Stage"${none(deal === null)}>${deal === null ? '' : stageText(deal, portfolio.today)}</td>
<td role="cell" data-name="Waits for"${none(waitingFor.length === 0)}><ul>${waitingFor.map(turnItem)}</ul></td>
<td role="cell" data-name="Expected close"${none(close === null)}>${close === null ? '' : day(close, portfolio.today)}${deal !== null && isOverdue(deal, portfolio.today) ? html`<br><span class="bad small">passed</span>` : ''}</td>
<td role="cell" data-name="Delivery"${none(related.length === 0)}><ul>${related.map((one) => html`<li class="key">${deliveryLink(one, portfolio, links)}</li>`)}</ul></td>
<td role="cell" data-name="Late"${none(late.length === 0)}>${lateCell(late)}</td></tr>`;
}

/** Its page here, else its epic. */
function deliveryLink(
  { engagement, url }: EngagementReport['related'][number],
  { engagements }: Portfolio,
  links: PageLinks,
): Html {
  return engagements.some((other) => other.engagement === engagement)
    ? html`<a href="${links.engagement(engagement)}">${engagement}</a>`
    : linkTo(url, engagement);
}
