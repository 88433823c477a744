import { describe, expect, it } from 'vitest';
import { GitLabUnavailableError } from '#domain/base/errors.ts';
import { Secret } from '#domain/base/secret.ts';
import type { Portfolio } from '#domain/portfolio/portfolio.ts';
import { SILENT } from '#ports/logger.ts';
import { cachePortfolio } from '#reconciler/portfolio/portfolio-cache.ts';
import { createPortfolioPages } from '#service/portfolio-pages.ts';
import { aReceiver } from '#test/support/receiver.ts';
import { aPortfolio, aReport } from '#test/support/reports.ts';

const portfolio = aPortfolio(aReport('SOW-1'), aReport('SOW-2.a'));
const PASSWORD = 'a-canary-of-a-password';

function service(password: string | null, read = async (): Promise<Portfolio> => portfolio) {
  return aReceiver({
    pages: createPortfolioPages({
      portfolio: read,
      password: password === null ? null : new Secret(password),
    }),
  });
}

const basic = (user: string, password: string) => ({ authorization: `Basic ${btoa(`${user}:${password}`)}` });

describe('pages of the service', () => {
  it.each([
    ['/', 'text/html; charset=UTF-8', 'Who is waited for'],
    ['/engagements/SOW-1', 'text/html; charset=UTF-8', 'SOW-1 Example Bakery'],
    ['/engagements/SOW-2.a', 'text/html; charset=UTF-8', 'SOW-2.a Example Bakery'],
    ['/engagements/SOW-1.json', 'application/json; charset=utf-8', '"engagement":"SOW-1"'],
    ['/report.json', 'application/json; charset=utf-8', '"version":1'],
  ])('%s is %s', async (path, type, text) => {
    const response = await service(null).app.request(path);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toContain(text);
  });

  it('link to each other wherever a proxy puts them', async () => {
    const page = async (path: string): Promise<readonly string[]> => {
      const text = await (await service(null).app.request(path)).text();
      return [...text.matchAll(/ href="([^"#:]+)"/g)].map(
        ([, href = '']) => new URL(href, `https://x.test/ps${path}`).pathname,
      );
    };

    expect(await page('/')).toEqual(expect.arrayContaining(['/ps/engagements/SOW-1', '/ps/report.json']));
    expect(await page('/engagements/SOW-1')).toEqual(['/ps/', '/ps/engagements/SOW-1.json']);
  });

  it('lead an address with a slash at its end to the page', async () => {
    const response = await service(null).app.request('http://service.test/engagements/SOW-1/');

    expect(response.status).toBe(308);
    expect(
      new URL(response.headers.get('location') ?? '', 'http://service.test/engagements/SOW-1/').pathname,
    ).toBe('/engagements/SOW-1');
  });

  it.each(['/engagements/SOW-9', '/engagements/SOW-9.json', '/engagements/..%2f', '/engagements/<b>'])(
    'answer 404 for %s without repeating it',
    async (path) => {
      const response = await service(null).app.request(path);

      expect(response.status).toBe(404);
      expect(await response.text()).not.toMatch(/SOW-9|<b>/);
    },
  );

  it('cannot be framed, and run no script', async () => {
    const response = await service(null).app.request('/');

    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; .*frame-ancestors 'none'$/,
    );
  });

  it.each<[string, Record<string, string>, number]>([
    ['no password', {}, 401],
    ['a wrong one', basic('procession', 'guess'), 401],
    ['a wrong user', basic('admin', PASSWORD), 401],
    ['no Basic at all', { authorization: `Bearer ${PASSWORD}` }, 401],
    ['something unreadable', { authorization: 'Basic %%%' }, 401],
    ['the right one', basic('procession', PASSWORD), 200],
  ])('with %s', async (_, headers, status) => {
    const receiver = service(PASSWORD);
    for (const path of [
      '/',
      '/report.json',
      '/engagements/SOW-1',
      '/engagements/SOW-1.json',
      '/engagements/SOW-9',
    ])
      expect([path, (await receiver.app.request(path, { headers })).status]).toEqual([
        path,
        status === 200 && path.endsWith('SOW-9') ? 404 : status,
      ]);
    expect(receiver.log.join()).not.toContain('canary');
  });

  it('ask for the password the way browsers understand, and read nothing from GitLab before it is right', async () => {
    const receiver = service(PASSWORD, async () => await Promise.reject(new Error('was read')));
    const response = await receiver.app.request('/');

    expect(response.headers.get('www-authenticate')).toBe('Basic realm="Procession"');
    expect(response.status).toBe(401);
  });

  it('do not exist where nobody may see them', async () => {
    const { app } = aReceiver();

    expect((await app.request('/')).status).toBe(404);
    expect((await app.request('/engagements/SOW-1')).status).toBe(404);
  });

  it('say 503 while GitLab is away and nothing is known yet', async () => {
    const away = service(
      null,
      async () => await Promise.reject(new GitLabUnavailableError('canary: no answer')),
    );
    const response = await away.app.request('/');

    expect(response.status).toBe(503);
    expect(await response.text()).toContain('GitLab cannot be read now');
  });
});

describe('the portfolio for many readers', () => {
  function cached(read: (at: string) => Promise<Portfolio>) {
    const clock = { at: Date.parse('2026-11-20T12:00:00Z'), now: () => new Date(clock.at).toISOString() };
    return { clock, get: cachePortfolio({ reader: { read }, clock, logger: SILENT }) };
  }

  it('is read once for all who look within a minute, and again after it', async () => {
    let reads = 0;
    const { clock, get } = cached(async () => {
      reads += 1;
      return portfolio;
    });

    await Promise.all([get(), get(), get()]);
    await get();
    expect(reads).toBe(1);

    clock.at += 60_000;
    await Promise.all([get(), get()]);
    expect(reads).toBe(2);
  });

  it('is the last one while GitLab is away, and GitLab is not asked more often for that', async () => {
    let reads = 0;
    const { clock, get } = cached(async () => {
      reads += 1;
      if (reads > 1) throw new GitLabUnavailableError('no answer');
      return portfolio;
    });
    await get();
    clock.at += 60_000;

    expect(await get()).toBe(portfolio);
    expect(await get()).toBe(portfolio);
    expect(reads).toBe(2);
  });

  it('fails while there is none, and tries again when somebody looks', async () => {
    let reads = 0;
    const { get } = cached(async () => {
      reads += 1;
      if (reads === 1) throw new GitLabUnavailableError('no answer');
      return portfolio;
    });

    await expect(get()).rejects.toThrow(GitLabUnavailableError);
    expect(await get()).toBe(portfolio);
  });
});
