import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import type { EngagementReport } from '#domain/portfolio/engagement-report.ts';
import { engagementPage } from '#render/engagement-page.ts';
import { PAGE_POLICY } from '#render/page-style.ts';
import { plain } from '#render/paint.ts';
import { portfolioMarkdown } from '#render/portfolio-markdown.ts';
import { portfolioPage } from '#render/portfolio-page.ts';
import { statusText } from '#render/status-text.ts';
import { NASTY } from '#test/fixtures/foreign-text.ts';
import { aDealReport, aPortfolio, aReport, aReportedStep, aTurn } from '#test/support/reports.ts';

const links = { portfolio: './', engagement: (key: string) => `engagements/${key}`, json: 'report.json' };

/** Every place that text of people or of a CRM reaches, filled with it. */
function hostile(text: string): EngagementReport {
  const finding = {
    step: 'a',
    title: text,
    rule: 'closed-too-early',
    message: text,
    missing: [text],
    fix: [text],
  };
  return aReport('SOW-1', {
    customer: text,
    paused: true,
    hold: { by: text, on: '2026-11-20', reason: text },
    name: text,
    process: { id: 'a', name: text, profile: text },
    reference: text,
    waitingFor: [aTurn({ title: text, who: [{ kind: 'name', name: text }], reference: text })],
    nextDue: { step: 'a', title: text, date: '2026-12-01', inDays: 3 },
    late: [{ step: 'a', title: text, due: '2026-11-01', daysLate: 3, turn: true }],
    violations: [{ ...finding, url: 'https://gitlab.test/1' }],
    waivers: [{ step: 'a', title: text, by: text, on: null, reason: text }],
    steps: [
      aReportedStep('a', {
        title: text,
        who: [{ kind: 'name', name: text }],
        waitsFor: [{ step: 'b', title: text, until: 'started' }],
      }),
    ],
    notIncluded: [{ step: 'c', title: text, why: text }],
  });
}

/** The same of a deal. */
function hostileDeal(text: string): EngagementReport {
  return aDealReport('DEAL-1', {
    ...hostile(text),
    engagement: 'DEAL-1',
    subject: 'deal',
    // An address that is one is a link, whatever it leads to.
    deal: { stage: text, opportunity: `x${text}` },
    related: [{ engagement: text, reference: text, url: `x${text}` }],
    notices: [text],
  });
}

function pagesOf(...reports: readonly EngagementReport[]): string {
  const portfolio = aPortfolio(...reports);
  const each = reports.map((report) => engagementPage(report, portfolio, links));
  return portfolioPage(portfolio, links) + each.join('');
}

/** All that is not text: names of elements with their attributes' names, in order. */
function skeleton(page: string): readonly string[] {
  return [...page.matchAll(/<([^>]*)>/g)].map(([, tag = '']) => tag.replaceAll(/"[^"]*"/g, '""'));
}

describe('pages with hostile text', () => {
  // The words of a title in the picture are wrapped: as many lines as words.
  const elements = (text: string): readonly string[] =>
    skeleton(text).filter((tag) => !/^\/?tspan/.test(tag));
  const calm = elements(pagesOf(hostile('calm'), hostileDeal('calm')));

  it.each(NASTY.map((text) => text.slice(0, 20_000)))(
    'have the elements they have without it: %j',
    (text) => {
      expect(elements(pagesOf(hostile(text), hostileDeal(text)))).toEqual(calm);
    },
  );

  it.each(['javascript:alert(1)', 'data:text/html,x', ' JaVaScRiPt:alert(1)', '//evil.test', 'https:evil'])(
    'link to no address like %s',
    (url) => {
      const report = aReport('SOW-1', {
        url,
        waitingFor: [aTurn({ url })],
        steps: [aReportedStep('a', { url })],
        violations: [
          { step: null, title: null, rule: 'record-damaged', message: 'm', missing: [], fix: [], url },
        ],
      });

      const deal = aDealReport('DEAL-1', {
        deal: { opportunity: url },
        related: [{ engagement: 'SOW-2', reference: 'services&2', url }],
      });

      expect(pagesOf(report, deal)).not.toMatch(/href="[^"]*(?:alert|evil|text\/html)/i);
      expect(portfolioMarkdown(aPortfolio(deal))).not.toContain(`](${url})`);
    },
  );

  it('load nothing, run nothing, and say so to the browser', () => {
    const page = pagesOf(aReport('SOW-1'));

    expect(page).not.toMatch(/<script|<link rel="stylesheet|<img|<iframe|\son\w+=|\sstyle="|@import|url\(/i);
    expect(page).toContain('default-src &#39;none&#39;; style-src &#39;sha256-');
    expect(PAGE_POLICY).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; /);
  });

  it.each(NASTY.map((text) => text.slice(0, 20_000)))(
    'and Markdown have the tables they have without it: %j',
    (text) => {
      const markdown = new MarkdownIt({ html: true });
      const shape = (value: string): readonly string[] =>
        markdown
          .parse(portfolioMarkdown(aPortfolio(hostile(value), hostileDeal(value))), {})
          .flatMap(({ type, children }) => [type, ...(children ?? []).map((child) => child.type)])
          .filter((type) => !type.startsWith('text') && type !== 'softbreak');

      expect(shape(text)).toEqual(shape('calm'));
    },
  );
});

describe('the page of the portfolio', () => {
  const page = (...reports: readonly EngagementReport[]): string =>
    portfolioPage(aPortfolio(...reports), links)
      .replaceAll(/<style>.*?<\/style>/gs, '')
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ');

  it('answers in its first lines who is waited for most', () => {
    expect(page(aReport('SOW-1', { waitingFor: [aTurn({ daysLate: 2 })] }))).toContain(
      'Who is waited for Most of all eli: 1 step, 1 of them late, the longest 10 days.',
    );
  });

  it.each<[string, readonly EngagementReport[]]>([
    ['Nothing is running.', []],
    ['Nothing is running.', [aReport('SOW-1', { status: 'complete', waitingFor: [] })]],
    ['Nobody is waited for: no step can be worked on now.', [aReport('SOW-1', { waitingFor: [] })]],
  ])('says %j when that is so', (text, reports) => {
    expect(page(...reports)).toContain(text);
  });

  it('counts what it does not list', () => {
    const many = Array.from({ length: 9 }, (_, index) => aReport(`SOW-${index}`));

    expect(page(...many)).toContain('and 3 more');
  });

  it('says in words what it shows in colour', () => {
    const text = page(
      aReport('SOW-1', {
        health: 'at risk',
        paused: true,
        late: [{ step: 'a', title: 'A', due: '2026-11-01', daysLate: 1, turn: true }],
        waitingFor: [
          aTurn({
            outside: true,
            state: 'waiting',
            since: { at: '2026-11-10T08:00:00Z', days: 10, exact: false },
          }),
        ],
      }),
    );

    for (const words of ['at risk', 'paused', '1 day late', 'waits for somebody outside', 'at most 10 days'])
      expect(text).toContain(words);
  });
});

describe('deals', () => {
  const deal = aDealReport('DEAL-1', {
    customer: 'Vale Example Energy',
    related: [
      { engagement: 'SOW-7', reference: 'services&7', url: 'https://gitlab.test/7' },
      { engagement: 'SOW-8', reference: 'services&8', url: 'https://gitlab.test/8' },
    ],
    waitingFor: [aTurn({ title: 'SOW draft' })],
    notices: ['The stage is ahead: Internal approvals is open'],
  });
  const lost = aDealReport('DEAL-2', {
    status: 'withdrawn',
    customer: 'Example Bakery',
    waitingFor: [],
    withdrawn: { by: 'mira', on: '2026-11-19', reason: 'the deal is lost: No budget this year' },
  });
  const portfolio = aPortfolio(aReport('SOW-7'), deal, lost);
  const parts = (text: string, heading: string): readonly [string, string] => {
    const at = text.indexOf(heading);
    expect(at).toBeGreaterThan(0);
    return [text.slice(0, at), text.slice(at)];
  };

  it('stand in a part of their own on the page, with stage, close, who is waited for and deliveries', () => {
    const [above, below] = parts(portfolioPage(portfolio, links), '<h2 id="deals">Deals</h2>');
    const row = below.slice(0, below.indexOf('</table>')).replaceAll(/\s+/g, ' ');

    expect(above.slice(above.indexOf('id="engagements"'))).not.toContain('DEAL-');
    expect(below).not.toContain('<a href="engagements/SOW-7">SOW-7</a> Example Bakery');
    for (const text of [
      '<a href="engagements/DEAL-1">DEAL-1</a> Vale Example Energy',
      '<a href="https://crm.example.com/opportunities/1">Migration to GitLab</a>',
      'scoping since 16 Nov',
      'SOW draft',
      '<time datetime="2026-12-04">4 Dec</time>',
      // One with a page here, one that is only in GitLab.
      '<a href="engagements/SOW-7">SOW-7</a>',
      '<a href="https://gitlab.test/8">SOW-8</a>',
    ])
      expect(row).toContain(text);
    expect(below).toContain('The stage is ahead: Internal approvals is open');
    expect(below).toMatch(/Withdrawn \(1\).*DEAL-2.*the deal is lost: No budget this year/s);
  });

  it('stand in a part of their own in Markdown', () => {
    const [above, below] = parts(portfolioMarkdown(portfolio), '## Deals');

    expect(above).toContain('As of 2026-11-20 12:00 UTC: 1 running, 0 late');
    expect(above.slice(above.indexOf('## Engagements'))).not.toContain('DEAL-');
    expect(below).toContain('1 running, 0 late, 0 at risk, 0 with broken rules, 0 paused, 0 closed');
    expect(below).toContain(
      '| DEAL-1 Vale Example Energy: Migration to GitLab | scoping since 16 Nov | eli: SOW draft, 10 days | 4 Dec | [SOW-7](https://gitlab.test/7), [SOW-8](https://gitlab.test/8) | – | – |',
    );
    expect(below).toContain('- DEAL-1: The stage is ahead: Internal approvals is open');
    expect(below).toContain(
      '- DEAL-2 Example Bakery: withdrawn 19 Nov: the deal is lost: No budget this year',
    );
  });

  it('have a section on the one screen of status', () => {
    const text = statusText(portfolio, plain);

    expect(text).toContain(
      '1 running, 0 late, 0 at risk, 0 with broken rules; deals: 1 running, 0 late, 0 at risk, 0 with broken rules',
    );
    expect(text).toContain(
      'Deals\n  DEAL-1  scoping since 16 Nov, closes 4 Dec, eli: SOW draft, delivery SOW-7, delivery SOW-8 (Vale Example Energy)',
    );
  });

  it('tell stage, close, opportunity and delivery on a page of their own', () => {
    const page = engagementPage(deal, portfolio, links);

    expect(page).toContain('<dt>Stage</dt><dd>scoping since 16 Nov</dd>');
    expect(page).toContain('<dt>Expected close</dt><dd><time datetime="2026-12-04">4 Dec</time></dd>');
    expect(page).toContain('<a href="https://crm.example.com/opportunities/1">in the CRM</a>');
    expect(page).toMatch(/<dt>Delivery<\/dt>.*<a href="https:\/\/gitlab.test\/7">SOW-7<\/a>/);
  });

  it.each([
    ['not won', 'negotiating', true],
    ['won', 'closed_won', false],
  ])('whose expected close is over are marked where they are %s', (_, stage, marked) => {
    const late = aPortfolio(aDealReport('DEAL-1', { deal: { stage, expectedClose: '2026-11-19' } }));

    expect(portfolioPage(late, links).includes('19 Nov</time><br><span class="bad small">passed')).toBe(
      marked,
    );
    expect(portfolioMarkdown(late).includes('19 Nov, passed')).toBe(marked);
  });

  it('are named nowhere where there are none', () => {
    const only = aPortfolio(aReport('SOW-7'));

    for (const text of [portfolioPage(only, links), portfolioMarkdown(only), statusText(only, plain)])
      expect(text).not.toMatch(/deal/i);
  });
});

describe('the dots of a recurring step', () => {
  const calls = aReportedStep('project-calls', {
    title: 'Project calls',
    alongside: true,
    state: 'ready',
    occurrences: {
      held: 4,
      heldOver: 1,
      missed: 1,
      minutes: 2,
      next: '2026-11-24',
      lacking: 1,
      days: [
        { on: '2026-10-06', fate: 'held' },
        { on: '2026-10-13', fate: 'held over' },
        { on: '2026-10-20', fate: 'missed' },
        { on: '2026-10-27', fate: 'not held' },
        { on: '2026-11-03', fate: 'no minutes' },
        { on: '2026-11-10', fate: 'called off' },
        { on: '2026-11-17', fate: 'open' },
      ],
    },
  });
  const report = aReport('SOW-1', { steps: [calls] });
  const page = engagementPage(report, aPortfolio(report), links);

  it('say their day and how it went, each fate by a shape of its own', () => {
    const dots = [...page.matchAll(/<title>([^<]*)<\/title>(<(?:circle|path)[^>]*>)/g)];
    expect(dots.map(([, title]) => title)).toEqual([
      'Tue 6 Oct: held',
      'Tue 13 Oct: held over',
      'Tue 20 Oct: missed',
      'Tue 27 Oct: not held',
      'Tue 3 Nov: no minutes',
      'Tue 10 Nov: called off',
      'Tue 17 Nov: open',
    ]);
    // That there was none is one shape, whether it was known before or after.
    expect(new Set(dots.map(([, , drawing]) => drawing)).size).toBe(6);
    expect(page).toContain('<ul class="legend" aria-label="Dots">');
  });

  it('are explained only where there are some', () => {
    const plain = aReport('SOW-2');
    expect(engagementPage(plain, aPortfolio(plain), links)).not.toContain('aria-label="Dots"');
  });

  it('leave missing minutes to be read in words, on the page, in the portfolio and in the report', () => {
    expect(page).toContain('minutes missing of Tue 3 Nov');
    expect(portfolioPage(aPortfolio(report), links)).toContain('Project calls: minutes missing of Tue 3 Nov');
    expect(portfolioMarkdown(aPortfolio(report))).toContain(
      '- SOW-1: Project calls: minutes missing of Tue 3 Nov',
    );
  });
});
