import type { EngagementReport } from '#domain/portfolio/engagement-report.ts';
import type { Portfolio } from '#domain/portfolio/portfolio.ts';
import { engagementPage } from './engagement-page.ts';
import { portfolioMarkdown } from './portfolio-markdown.ts';
import { portfolioPage } from './portfolio-page.ts';

/** File of the report, with a path relative to the report's folder. */
export interface ReportFile {
  readonly path: string;
  readonly text: string;
}

/** The whole report as files that need no server: pages that find each other, Markdown and JSON. */
export function reportFiles(portfolio: Portfolio): readonly ReportFile[] {
  return [
    {
      path: 'index.html',
      text: portfolioPage(portfolio, {
        portfolio: 'index.html',
        engagement: (engagement) => `engagements/${engagement}.html`,
        json: 'report.json',
      }),
    },
    { path: 'report.json', text: jsonText(portfolio) },
    { path: 'report.md', text: `${portfolioMarkdown(portfolio)}\n` },
    ...portfolio.engagements.flatMap((report) => engagementFiles(report, portfolio)),
  ];
}

function engagementFiles(report: EngagementReport, portfolio: Portfolio): readonly ReportFile[] {
  const { engagement } = report;
  const links = {
    portfolio: '../index.html',
    engagement: (other: string) => `${other}.html`,
    json: `${engagement}.json`,
  };
  return [
    { path: `engagements/${engagement}.html`, text: engagementPage(report, portfolio, links) },
    { path: `engagements/${engagement}.json`, text: jsonText(engagementData(report, portfolio)) },
  ];
}

/** One engagement for machines. */
export function engagementData(
  report: EngagementReport,
  { version, at, today, timeZone }: Portfolio,
): EngagementReport & Pick<Portfolio, 'version' | 'at' | 'today' | 'timeZone'> {
  return { version, at, today, timeZone, ...report };
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
