/** A person plays the process in a real browser: every click is answered by the engine, and the page shows it. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoWorld, startDemoWorld } from '#demo/demo-world.ts';
import { launchAll } from '#demo/run-demo.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { SILENT } from '#ports/logger.ts';
import type { Issue } from '#sandbox/world.ts';
import { hasBrowser, launchBrowser } from '#test/support/browser.ts';
import { realProcess, sampleSow, storeOf } from '#test/support/engagement.ts';

let world: DemoWorld;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!hasBrowser) return;
  world = await startDemoWorld({
    processes: storeOf(await realProcess('delivery')),
    logger: SILENT,
    host: '127.0.0.1',
    port: 0,
  });
  await launchAll(world, [await sampleSow('SOW-1042')]);
  browser = await launchBrowser();
  page = await browser.newPage();
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

const issueUrl = (step: string): string => `${world.url}/services/engagements/-/issues/${issueOf(step).iid}`;

async function actAs(username: string): Promise<void> {
  await page.goto(world.url);
  const option = await page.locator('header option', { hasText: `@${username} ` }).getAttribute('value');
  await page.locator('header select').selectOption(option);
  await page.getByRole('button', { name: 'Switch' }).click();
}

describe.skipIf(!hasBrowser)('in the browser', () => {
  it('the epic shows in its first lines who is waited for, and the order as a picture', async () => {
    await page.goto(`${world.url}/groups/services/-/epics/1`);

    const text = await page.locator('main').innerText();
    expect(text).toContain('Waiting for');
    expect(text).toContain(
      `services/engagements#${issueOf('assign-engineer').iid} Assign an engineer: mira, due`,
    );
    expect(await page.locator('svg title').first().textContent()).toBeTruthy();
  });

  it('an engineer closes a step too early and reads soon, on the same page, why it is open again', async () => {
    await actAs('eli');
    await page.goto(issueUrl('kick-off'));

    await page
      .getByRole('button', { name: /^Close/ })
      .first()
      .click();

    await page.getByText('something is still missing').waitFor({ timeout: 10_000 });
    expect(await page.locator('main').innerText()).toContain(
      `#${issueOf('welcome-email').iid} Send the welcome e-mail: mira`,
    );
    await page
      .getByRole('button', { name: /^Close/ })
      .first()
      .waitFor({ timeout: 10_000 });
  });

  it('a manager ticks a box with a click, and it stays ticked', async () => {
    await actAs('mira');
    await page.goto(issueUrl('assign-engineer'));

    await page.getByRole('checkbox').first().click();

    // The box is ticked at once, the issue when the request has come back.
    await expect.poll(() => issueOf('assign-engineer').description).toContain('- [x] ');
    await page.reload();
    expect(await page.getByRole('checkbox').first().isChecked()).toBe(true);
  });

  it('a card moved too early on the board goes back', async () => {
    await actAs('eli');
    await page.goto(`${world.url}/groups/services/-/boards`);
    const card = page.locator('li, article').filter({ hasText: 'Project summary' }).last();

    await card.getByRole('combobox').selectOption({ label: 'workflow::in progress' });
    await card.getByRole('button', { name: 'Move' }).click();

    await expect
      .poll(() => world.sandbox.world.notes.some(({ body }) => body.includes('moved to **in progress**')), {
        timeout: 10_000,
      })
      .toBe(true);
    await page.goto(issueUrl('project-summary'));
    expect(await page.locator('main').innerText()).toMatch(/Blocked\. Waits for [A-Z]/);
  });

  it('no page asks anybody else for anything, and none reports an error', async () => {
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(world.url)) problems.push(request.url());
    });

    for (const path of [
      '/',
      '/groups/services',
      '/groups/services/-/epics/1',
      '/services/engagements/-/issues/2',
      '/groups/services/-/boards',
    ])
      await page.goto(`${world.url}${path}`);

    expect(problems).toEqual([]);
  });
});
