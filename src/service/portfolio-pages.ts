/** The portfolio and the engagements as pages and JSON: the very ones that `procession report` writes. */
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { HTTPException } from 'hono/http-exception';
import { AppError } from '#domain/base/errors.ts';
import type { Secret } from '#domain/base/secret.ts';
import type { Portfolio } from '#domain/portfolio/portfolio.ts';
import { engagementPage } from '#render/engagement-page.ts';
import { PAGE_POLICY } from '#render/page-style.ts';
import { portfolioPage } from '#render/portfolio-page.ts';
import { engagementData } from '#render/report-files.ts';
import { answer } from './answer.ts';

/** Portfolio, and who may see the portfolio. */
export interface PortfolioPagesDeps {
  /** Asked for each page. @throws AppError while GitLab cannot be read */
  readonly portfolio: () => Promise<Portfolio>;
  /**
   * Password of the pages; `null`: whoever reaches the service may look, because a proxy in front has asked for a
   * login.
   */
  readonly password: Secret | null;
}

/** The user name that belongs to the password. */
const PAGES_USER = 'procession';

const HEADERS = { 'content-security-policy': `${PAGE_POLICY}; frame-ancestors 'none'` } as const;

/**
 * Creates the routes of the pages. Nothing but path and password is read from a request, and nothing can be changed.
 */
export function createPortfolioPages({ portfolio, password }: PortfolioPagesDeps): Hono {
  const app = new Hono();
  const guard: MiddlewareHandler =
    password === null
      ? async (_, next) => await next()
      : basicAuth({ username: PAGES_USER, password: password.reveal(), realm: 'Procession' });

  app.get('/', guard, async (c) =>
    c.html(
      portfolioPage(await portfolio(), {
        portfolio: './',
        engagement: (engagement) => `engagements/${engagement}`,
        json: 'report.json',
      }),
      200,
      HEADERS,
    ),
  );
  app.get('/report.json', guard, async () => answer(200, await portfolio()));
  app.get('/engagements/:sow', guard, async (c) => engagementAnswer(c, await portfolio()));
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse();
    if (error instanceof AppError && error.disposition === 'retry')
      return answer(503, { error: error.code, message: 'GitLab cannot be read now. Try again in a minute.' });
    throw error;
  });
  return app;
}

/** One address for both: `/engagements/SOW-1042` and `/engagements/SOW-1042.json`. */
function engagementAnswer(c: Context, portfolio: Portfolio): Response | Promise<Response> {
  const [, engagement = '', json] = /^(.*?)(\.json)?$/.exec(c.req.param('sow') ?? '') ?? [];
  // A slash at the end would lead every link of the page astray.
  if (new URL(c.req.url).pathname.endsWith('/')) return c.redirect(`../${engagement}${json ?? ''}`, 308);
  const report = portfolio.engagements.find((candidate) => candidate.engagement === engagement);
  if (report === undefined)
    return answer(404, { error: 'not_found', message: 'There is no such engagement.' });
  if (json !== undefined) return answer(200, engagementData(report, portfolio));
  const links = {
    portfolio: '../',
    engagement: (other: string) => other,
    json: `${engagement}.json`,
  };
  return c.html(engagementPage(report, portfolio, links), 200, HEADERS);
}
