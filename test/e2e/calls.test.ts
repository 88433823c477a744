/** A week with a call, in a real browser: its thread, the minutes as a reply, an action that comes back a week later. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoWorld, startDemoWorld } from '#demo/demo-world.ts';
import { doStep } from '#demo/do-step.ts';
import { evidenceFor } from '#domain/assess/assess.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { SILENT } from '#ports/logger.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { readPortfolio } from '#reconciler/portfolio/portfolio-reader.ts';
import { engagementPage } from '#render/engagement-page.ts';
import type { Issue } from '#sandbox/world.ts';
import { hasBrowser, launchBrowser } from '#test/support/browser.ts';
import { realProcess, sampleSow, storeOf } from '#test/support/engagement.ts';

let world: DemoWorld;
let browser: Browser;
let page: Page;
let now = new Date('2026-12-07T09:00:00Z');

beforeAll(async () => {
  if (!hasBrowser) return;
  const process = await realProcess('delivery');
  world = await startDemoWorld({
    processes: storeOf(process),
    logger: SILENT,
    host: '127.0.0.1',
    port: 0,
    now: () => now,
  });
  const sow = await sampleSow('SOW-1042');
  await reconcile(world.deps, 'SOW-1042', { sow, process: 'delivery' });
  for (const id of ['assign-engineer', 'welcome-email', 'kick-off']) {
    const step = process.steps.find((candidate) => candidate.id === id);
    if (step === undefined) throw new Error(`no step ${id}`);
    const user = world.sandbox.user(step.owner === 'manager' ? 'mira' : 'eli');
    doStep(world.sandbox.operations, user, issueOf(id), evidenceFor(step, sow));
    await world.settled();
  }
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
});

afterAll(async () => {
  await browser?.close();
  await world?.close();
});

function issueOf(step: string): Issue {
  const issue = world.sandbox.world.issues.find(({ description }) => parseMarker(description)?.step === step);
  if (issue === undefined) throw new Error(`no issue is ${step}`);
  return issue;
}

/** Pictures for whoever wants to look: `PICTURES=/tmp/pictures`. */
async function picture(name: string): Promise<void> {
  const folder = process.env['PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

async function actAs(username: string): Promise<void> {
  await page.goto(world.url);
  const option = await page.locator('header option', { hasText: `@${username} ` }).getAttribute('value');
  await page.locator('header select').selectOption(option);
  await page.getByRole('button', { name: 'Switch' }).click();
}

describe.skipIf(!hasBrowser)('a week with a call, in the browser', () => {
  it('has its thread, takes the minutes as a reply, and what is still to be done stands in the next', async () => {
    await actAs('eli');
    await page.goto(`${world.url}/services/engagements/-/issues/${issueOf('project-calls').iid}`);
    const main = page.locator('main');
    expect(await main.innerText()).toContain('Call of Tuesday 8 December 2026, 10:00');
    await picture('1-thread');

    const opened = page.locator('.feed > .note', { hasText: 'Call of Tuesday 8 December 2026' });
    await opened.locator('summary', { hasText: 'Reply' }).click();
    await opened
      .locator('textarea')
      .fill(
        '**Attended:** Ada, Eli\n\n| Action | Owner | Due | Done |\n|---|---|---|---|\n| Open the firewall | Ada | 2026-12-14 | |\n| Send the plan | Eli | 2026-12-09 | done |',
      );
    await opened.getByRole('button', { name: 'Send reply' }).click();
    // The click does not wait for the answer of the server.
    await page.locator('.replies', { hasText: 'Open the firewall' }).waitFor();
    await world.settled();
    await page.reload();
    expect(await main.innerText()).toContain('minutes 1 of 1');
    await picture('2-minutes');

    now = new Date('2026-12-14T09:00:00Z');
    await reconcile(world.deps, 'SOW-1042');
    await page.reload();
    const next = page.locator('.feed > .note', { hasText: 'Call of Tuesday 15 December 2026' });
    expect(await next.innerText()).toContain('Open the firewall · Ada · due 2026-12-14');
    expect(await next.innerText()).not.toContain('Send the plan');
    await picture('3-next-week');

    now = new Date('2026-12-21T09:00:00Z');
    await reconcile(world.deps, 'SOW-1042');
    const portfolio = await readPortfolio(world.deps, now.toISOString());
    const [report] = portfolio.engagements;
    if (report === undefined) throw new Error('no report');
    // A page of the sandbox would apply its own policy to the styles.
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    await page.setContent(
      engagementPage(report, portfolio, { portfolio: './', engagement: (key) => key, json: 'report.json' }),
    );
    expect(await page.locator('main').innerText()).toContain('minutes missing of Tue 15 Dec');
    await picture('4-dots');
  });
});
