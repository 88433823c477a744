/** A real browser, from the machine's own package. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** The build without windows draws the same pages for half of the processor time. */
const PROGRAMS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

const program = PROGRAMS.find((file) => existsSync(file));
if (program === undefined)
  console.warn(
    'SKIPPED: the browser tests need Debian’s chromium-headless-shell: apt-get install chromium-headless-shell',
  );

/** Whether there is one; tests that need it are skipped, loudly, where there is none. */
export const hasBrowser = program !== undefined;

/** Starts it; nothing of it asks anybody outside of this machine. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    ...(program === undefined ? {} : { executablePath: program }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
