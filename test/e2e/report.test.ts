/** The report as people get it: written by the command, shown by the service, looked at in a real browser. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { NASTY } from '#test/fixtures/foreign-text.ts';
import { hasBrowser, launchBrowser } from '#test/support/browser.ts';
import { BUILT_ENV, MAIN } from '#test/support/built.ts';
import { deliveryEngine, sampleSow } from '#test/support/engagement.ts';
import { startWorldOnPort, type TestWorld } from '#test/support/gitlab-world.ts';

/** Of what passes one node each is enough, which takes half the time. */
const RUN_AXE = "axe.run({ resultTypes: ['violations'] })";

const SCREENS: Readonly<Record<string, BrowserContextOptions>> = {
  'a desk': { viewport: { width: 1280, height: 900 } },
  'a phone': { viewport: { width: 375, height: 720 } },
};

let world: TestWorld;
let folder: string;
let browser: Browser;

beforeAll(async () => {
  world = await startWorldOnPort();
  folder = await mkdtemp(join(tmpdir(), 'procession-report-'));
  await writeFile(
    join(folder, 'procession.yml'),
    'gitlab: { group: services, project: services/engagements }\nroles: { manager: [mira], engineer: [eli] }\n',
  );
  const deps = await deliveryEngine(world.gitlab);
  const sow = await sampleSow('SOW-1042');
  const hostile = ['<script>alert(1)</script>', ...NASTY.filter((text) => text.trim() !== '')]
    .join(' ')
    .slice(0, 5_000);
  for (const [number, name] of [
    ['SOW-1042', sow.customer.name],
    ['SOW-7', hostile],
  ] as const)
    await reconcile(deps, number, {
      sow: { ...sow, sow: { ...sow.sow, number }, customer: { ...sow.customer, name } },
      process: 'delivery',
    });
  const early = world.sandbox.world.issues.find(({ title }) => title.startsWith('Kick-off'));
  if (early === undefined) throw new Error('there is no kick-off');
  world.sandbox.operations.updateIssue(world.sandbox.user('eli'), early, { stateEvent: 'close' });
  await promisify(execFile)(process.execPath, [MAIN, 'report', '--out', 'public'], {
    cwd: folder,
    env: { ...BUILT_ENV, GITLAB_URL: world.url, GITLAB_TOKEN: world.seed.bot.token },
  });
  if (!hasBrowser) return;
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await world?.close();
  await rm(folder, { recursive: true, force: true });
});

const urlOf = (file: string): string => pathToFileURL(join(folder, 'public', file)).href;

const PAGES = ['index.html', 'engagements/SOW-1042.html', 'engagements/SOW-7.html'];

/** Opens a page and notes everything that a page of ours must not do. */
async function open(file: string, options: BrowserContextOptions): Promise<{ page: Page; deeds: string[] }> {
  const deeds: string[] = [];
  const page = await browser.newPage(options);
  page.on('console', (message) => deeds.push(message.text()));
  page.on('pageerror', (error) => deeds.push(error.message));
  page.on('dialog', (dialog) => deeds.push(dialog.message()));
  page.on('request', (request) => {
    if (!/^(?:file|data):/.test(request.url())) deeds.push(request.url());
  });
  await page.goto(urlOf(file));
  return { page, deeds };
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
  readonly passes: readonly unknown[];
}

describe.skipIf(!hasBrowser)('the report in the browser', () => {
  describe.each(Object.entries(SCREENS))('on %s', (_, options) => {
    it.each(PAGES)('%s loads nothing, runs nothing, and fits', async (file) => {
      const { page, deeds } = await open(file, options);

      expect(deeds).toEqual([]);
      expect(await page.locator('script, img, iframe, object, form, style:not(head style)').count()).toBe(0);
      expect(
        await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
      ).toBe(0);
      await page.close();
    });

    it.each(PAGES)('%s has nothing that axe objects to', async (file) => {
      // The page itself allows no script, so the rules come in past its policy.
      const { page } = await open(file, { ...options, bypassCSP: true });
      await page.addScriptTag({ content: axe.source });
      const found = await page.evaluate<AxeResults>(RUN_AXE);

      expect(
        found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      ).toEqual([]);
      expect(found.passes.length).toBeGreaterThan(15);
      await page.close();
    });
  });

  it('axe objects to a page that is worse: the check can fail', async () => {
    const { page } = await open('index.html', { bypassCSP: true });
    await page.addScriptTag({ content: axe.source });
    await page.evaluate('document.documentElement.removeAttribute("lang")');
    const found = await page.evaluate<AxeResults>(RUN_AXE);

    expect(found.violations.map(({ id }) => id)).toContain('html-has-lang');
    await page.close();
  });

  it('a manager sees without scrolling who is waited for and for what, and gets to the engagement and back', async () => {
    const { page } = await open('index.html', SCREENS['a desk'] ?? {});
    const row = page.getByRole('row', { name: /^mira/ });

    expect((await row.boundingBox())?.y).toBeLessThan(500);
    expect(await row.innerText()).toContain('Assign an engineer for SOW-1042');
    await row.getByRole('link', { name: /^SOW-1042/ }).click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('SOW-1042');
    expect(
      await page.getByText('Kick-off was closed by eli although something is still missing').count(),
    ).toBe(1);
    await page.getByRole('link', { name: 'All engagements' }).click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Who is waited for');
    await page.close();
  });

  it('shows hostile text as the text it is', async () => {
    const { page } = await open('engagements/SOW-7.html', SCREENS['a desk'] ?? {});

    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('<script>alert(1)</script>');
    await page.close();
  });

  it('can be used with the keyboard alone', async () => {
    const { page } = await open('index.html', SCREENS['a desk'] ?? {});
    await page.keyboard.press('Tab');

    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
    expect(await page.locator('.skip').boundingBox()).toMatchObject({ x: expect.closeTo(16, 0) });
    await page.close();
  });

  it('tells the states apart without colour', async () => {
    const { page } = await open('engagements/SOW-1042.html', { forcedColors: 'active' });
    const signs = await page
      .locator('.legend use')
      .evaluateAll((uses) => uses.map((use) => use.getAttribute('href')));

    expect(new Set(signs).size).toBe(signs.length);
    expect(signs.length).toBeGreaterThan(6);
    expect(await page.locator('.legend').innerText()).toMatch(
      /done.*ready to start.*waits for somebody outside.*late/s,
    );
    await page.close();
  });

  it('prints on pages with nothing cut off', async () => {
    const { page } = await open('engagements/SOW-1042.html', { viewport: { width: 700, height: 1000 } });
    await page.emulateMedia({ media: 'print' });

    expect(
      await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'),
    ).toBe(true);
    const picture = await page.locator('.track').boundingBox();
    expect(picture?.width).toBeLessThanOrEqual(700);
    expect((await page.pdf({ format: 'A4' })).byteLength).toBeGreaterThan(10_000);
    await page.close();
  });
});
