import { html, raw } from 'hono/html';
import { momentText } from './day-text.ts';
import { type Html, htmlText } from './html.ts';
import { PAGE_POLICY, PAGE_STYLE } from './page-style.ts';
import { signSheet } from './state-signs.ts';

/** Addresses of the pages, relative to the page that is being written, so that pages work under any path. */
export interface PageLinks {
  readonly portfolio: string;
  readonly engagement: (engagement: string) => string;
  /** The same as this page, for machines. */
  readonly json: string;
}

/** Facts around a page: title, addresses, moment. */
export interface PageFrame {
  readonly title: string;
  readonly at: string;
  readonly links: PageLinks;
  /** The page is the portfolio, which needs no way back to the portfolio. */
  readonly isPortfolio: boolean;
  readonly main: Html;
}

/** A whole page in one file: no script, nothing loaded from anywhere. */
export function pageFrame({ title, at, links, isPortfolio, main }: PageFrame): string {
  return htmlText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(PAGE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
${signSheet()}
<header><div class="wide"><p>${isPortfolio ? html`<span>Procession</span>` : html`<a href="${links.portfolio}">All engagements</a>`}<span>As of <time datetime="${at}">${momentText(at)}</time></span></p></div></header>
<main id="content" class="wide" tabindex="-1">
${main}
</main>
<footer><div class="wide">Made from GitLab by Procession. The same for machines: <a href="${links.json}">JSON</a>.</div></footer>
</body>
</html>
`);
}
