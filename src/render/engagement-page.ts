import { html } from 'hono/html';
import type { EngagementReport, ReportedStep, Turn } from '#domain/portfolio/engagement-report.ts';
import type { Portfolio } from '#domain/portfolio/portfolio.ts';
import { shortDay } from '#domain/recurring/day-words.ts';
import { inDaysText, momentText } from './day-text.ts';
import { stageText } from './deal-text.ts';
import { type Html, linkTo } from './html.ts';
import { type PageLinks, pageFrame } from './page-frame.ts';
import { day, findingItem, flags, lateMark, noticeItem } from './page-parts.ts';
import { legend, STATE_WORDS, sign } from './state-signs.ts';
import { dotLegend, timeBar, timeLine } from './time-picture.ts';
import { stripPicture, trackPicture } from './track-picture.ts';
import { lackingDays, namesOf, pauseText, waiting, waiverText } from './waiting-text.ts';

/** The page of one engagement: whose turn it is, the way through all steps, and each step on a line of time. */
export function engagementPage(
  report: EngagementReport,
  { at, today }: Pick<Portfolio, 'at' | 'today'>,
  links: PageLinks,
): string {
  const { engagement, customer, name, paused, violations } = report;
  const main = html`<h1>${engagement} ${customer ?? name ?? ''}</h1>
<p>${customer === null ? '' : (name ?? '')} ${flags(report)}</p>
${paused ? html`<div class="notice"><p><strong>${pauseText(report)}.</strong></p></div>` : ''}
${report.notices.map(noticeItem)}
${turns(report, today)}
${facts(report, today)}
${violations.length > 0 ? html`<h2>${report.status === 'unreadable' ? 'What is wrong' : 'Broken rules'}</h2>${violations.map((finding) => findingItem(finding))}` : ''}
${steps(report, today)}
${report.waivers.length > 0 ? html`<h2>Waivers</h2><ul>${report.waivers.map((waiver) => html`<li>${waiverText(waiver)}</li>`)}</ul>` : ''}
${
  report.notIncluded.length > 0
    ? html`<h2>Not in this engagement</h2><ul>${report.notIncluded.map(({ title, why }) => html`<li>${title}: ${why}</li>`)}</ul>`
    : ''
}`;
  return pageFrame({
    title: `${engagement} ${customer ?? ''} · Procession`,
    at,
    links,
    isPortfolio: false,
    main,
  });
}

function turns({ waitingFor, status, money, withdrawn }: EngagementReport, today: string): Html {
  if (withdrawn !== null)
    return html`<p class="lead">${sign('withdrawn')} Withdrawn on ${day(withdrawn.on, today)} by ${withdrawn.by}: ${withdrawn.reason}</p>`;
  const lead =
    status === 'complete'
      ? html`<p class="lead">${sign('done')} ${money === 'completed' ? 'Completed' : 'Closed'}.${waitingFor.length === 0 ? ' Nothing is waited for.' : ' The money is open.'}</p>`
      : html``;
  if (waitingFor.length === 0) return lead;
  return html`${lead}<h2>Waiting for</h2><ul class="turns">${waitingFor.map((turn) => turnCard(turn, today))}</ul>`;
}

function turnCard(turn: Turn, today: string): Html {
  const { who, title, url, state, due, daysLate } = turn;
  return html`<li${daysLate > 0 ? html` class="over"` : ''}><p class="who">${namesOf(who)}</p>
<p>${sign(state)} ${linkTo(url, title)}</p>
<p class="soft">${turn.since === null ? '' : `${waiting(turn)} · `}${STATE_WORDS[state]}${due === null ? '' : html` · due ${day(due, today)}`}</p>
${daysLate > 0 ? html`<p>${lateMark(daysLate)}</p>` : ''}</li>`;
}

function facts(report: EngagementReport, today: string): Html {
  const { done, total, nextDue, closedWonOn, closedOn, lastChangeAt, process, reference, url, deal } = report;
  const close = deal?.expectedClose ?? null;
  const fact = (name: string, value: Html | string | null): Html =>
    value === null ? html`` : html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="facts">${fact('Progress', total === 0 ? null : `${done} of ${total} steps done`)}${fact(
    'Next due',
    nextDue === null
      ? null
      : html`${day(nextDue.date, today)} (${inDaysText(nextDue.inDays)}): ${nextDue.title}`,
  )}${fact('Stage', deal === null ? null : stageText(deal, today))}${fact(
    'Expected close',
    close === null ? null : day(close, today),
  )}${fact('Opportunity', deal === null ? null : linkTo(deal.opportunity, 'in the CRM'))}${fact(
    deal === null ? 'Deal' : 'Delivery',
    relatedLinks(report),
  )}${fact('Forecast', forecastText(report, today))}${fact(
    'Closed won',
    closedWonOn === null ? null : day(closedWonOn, today),
  )}${fact(
    'Closed',
    closedOn === null ? null : day(closedOn, today),
  )}${fact('Last change', lastChangeAt === null ? null : momentText(lastChangeAt))}${fact(
    'Process',
    process === null
      ? null
      : `${process.name}${process.profile === null ? '' : `, profile ${process.profile}`}`,
  )}${fact('Epic', reference === null ? null : linkTo(url, reference))}</dl>`;
}

/** The epics of the same chain; null: there are none. */
function relatedLinks({ related }: EngagementReport): Html | null {
  if (related.length === 0) return null;
  return html`<ul class="plain">${related.map(({ engagement, url }) => html`<li>${linkTo(url, engagement)}</li>`)}</ul>`;
}

function forecastText(
  { forecastEnd, criticalPath, steps, status }: EngagementReport,
  today: string,
): Html | null {
  if (forecastEnd === null || status !== 'running') return null;
  const path = criticalPath.map((key) => steps.find(({ step }) => step === key)?.title ?? key);
  return html`closes ${day(forecastEnd, today)}${path.length === 0 ? '' : `; decided by ${path.join(' → ')}`}`;
}

function steps(report: EngagementReport, today: string): Html {
  if (report.steps.length === 0) return html``;
  const line = timeLine(report, today);
  return html`<h2 id="steps">Steps</h2>${legend()}
<div class="wide-strip">${stripPicture(report)}</div>
<div class="scroll" tabindex="0" role="region" aria-label="Picture of the steps">${trackPicture(report.steps, report.criticalPath)}</div>
${report.criticalPath.length > 1 ? html`<p class="soft small">Thick lines and bold titles: what decides when the engagement ends.</p>` : ''}
<table class="stacked" role="table" aria-labelledby="steps">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Step</th><th role="columnheader" scope="col">Who</th><th role="columnheader" scope="col">State</th><th role="columnheader" scope="col">Due</th><th role="columnheader" scope="col" class="time">${day(line.first, today)} to ${day(line.last, today)}<br><span class="small">bar: from possible to done · diamond: due · dashes: today</span></th></tr></thead>
<tbody role="rowgroup">${report.steps.map(
    (
      step,
    ) => html`<tr role="row"><th role="rowheader" scope="row">${sign(step.state)} ${linkTo(step.url, step.title)}${
      step.alongside ? html` <span class="soft small">(runs alongside)</span>` : ''
    }</th>
<td role="cell" data-name="Who">${namesOf(step.who)}</td>
<td role="cell" data-name="State">${stateText(step, today)}${occurrencesText(step)}</td>
<td role="cell" data-name="Due"${step.due === null ? html` class="none"` : ''}>${step.due === null ? '' : day(step.due, today)} ${lateMark(step.daysLate)}${movedText(step, today)}</td>
<td role="cell" class="time">${timeBar(step, line)}</td></tr>`,
  )}</tbody></table>${dotLegend(report)}`;
}

/** Another day than the due date, where the forecast gives one. */
function movedText({ due, forecast, cannotBeHeld }: ReportedStep, today: string): Html {
  if (forecast === null || due === null || forecast <= due) return html``;
  const held = cannotBeHeld ? ', cannot be held' : '';
  return html`<br><span class="soft small">forecast ${day(forecast, today)}${held}</span>`;
}

function occurrencesText({ occurrences }: ReportedStep): Html {
  if (occurrences === undefined) return html``;
  const { held, heldOver, missed, minutes, next } = occurrences;
  const lacking = lackingDays({ occurrences });
  return html`<br><span class="soft small">${held} held, ${heldOver} held over, ${missed} missed · minutes: ${minutes}${next === null ? '' : ` · next: ${shortDay(next)}`}</span>${
    lacking === null ? '' : html`<br><span class="bad small">minutes missing of ${lacking}</span>`
  }`;
}

function stateText(step: ReportedStep, today: string): Html {
  const { state, doneOn, waitsFor } = step;
  if (state === 'blocked' && waitsFor.length > 0)
    return html`not yet: waits for ${waitsFor.map(({ title, until }) => `${title}${until === 'started' ? ' to be started' : ''}`).join(', ')}`;
  if (doneOn !== null) return html`${STATE_WORDS[state]} ${day(doneOn, today)}`;
  return html`${STATE_WORDS[state]}${step.since === null ? '' : html`, ${waiting(step)}`}`;
}
