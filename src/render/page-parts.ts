/** Small pieces that the pages share. */
import { html } from 'hono/html';
import { counted } from '#domain/base/sentence.ts';
import type { EngagementReport, ReportedFinding } from '#domain/portfolio/engagement-report.ts';
import { dayText, lateText } from './day-text.ts';
import { type Html, linkTo } from './html.ts';
import { sign } from './state-signs.ts';

/** Date that machines can read too: `30 Nov`. */
export function day(date: string, today: string): Html {
  return html`<time datetime="${date}">${dayText(date, today)}</time>`;
}

/** Sign and words for days late; nothing when not late. */
export function lateMark(daysLate: number): Html | '' {
  return daysLate === 0 ? '' : html`<span class="bad">${sign('late', 14)} ${lateText(daysLate)}</span>`;
}

/** Marks what an engagement needs a person for, beside its steps. */
export function flags({ status, paused, health, violations }: EngagementReport): Html {
  return html`${status === 'unreadable' ? html`<span class="tag bad">cannot be read</span> ` : ''}${
    violations.length > 0 && status !== 'unreadable'
      ? html`<span class="tag bad">${counted(violations.length, 'rule')} broken</span> `
      : ''
  }${paused ? html`<span class="tag bad">paused</span> ` : ''}${healthTag(health)}`;
}

const HEALTH_CLASSES = { 'on track': 'done', 'needs attention': 'waiting', 'at risk': 'bad' } as const;

function healthTag(health: EngagementReport['health']): Html | '' {
  return health === null ? '' : html`<span class="tag ${HEALTH_CLASSES[health]}">${health}</span>`;
}

/** @param most of what is missing is listed; the rest is counted */
export function findingItem(finding: ReportedFinding, most = Number.POSITIVE_INFINITY): Html {
  const { url, message, rule, missing, fix } = finding;
  const more = missing.length - most;
  return html`<div class="notice"><p><strong>${linkTo(url, message)}</strong> <span class="soft small">${rule}</span></p>${
    missing.length > 0
      ? html`<p>Missing:</p><ul>${missing.slice(0, most).map((text) => html`<li>${text}</li>`)}${
          more > 0 ? html`<li>and ${more} more</li>` : ''
        }</ul>`
      : ''
  }${fix.map((text) => html`<p>To do: ${text}.</p>`)}</div>`;
}

/** What people should know, and breaks no rule. */
export function noticeItem(notice: string): Html {
  return html`<div class="notice"><p>${notice}.</p></div>`;
}
