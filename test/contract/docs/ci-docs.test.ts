/** The scripts of docs/ci.md do what they say. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from '#test/support/cli.ts';
import { sampleSow } from '#test/support/engagement.ts';
import { recipe } from '#test/support/recipes.ts';

const SECRET = `whsec_${Buffer.from('a secret of the CRM, 32 bytes...').toString('base64')}`;

let folder: string;
let server: Server;
let requests: { url: string; body: string }[];
let answer: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'procession-docs-'));
  requests = [];
  answer = '{}';
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    request.on('end', () => {
      requests.push({ url: request.url ?? '', body });
      response.writeHead(201, { 'content-type': 'application/json' }).end(answer);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});

afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function sh(script: string): Promise<{ code: number; output: string }> {
  const { port } = server.address() as AddressInfo;
  const env = {
    PATH: process.env['PATH'] ?? '',
    GITLAB_URL: `http://127.0.0.1:${port}`,
    PROJECT_ID: '61',
    TRIGGER_TOKEN: 'glptt-sandbox',
    READ_TOKEN: 'glpat-sandbox-read',
  };
  return await new Promise((resolve) => {
    execFile('bash', ['-eu', '-o', 'pipefail', '-c', script], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({
        code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
        output: stdout + stderr,
      }),
    );
  });
}

const has = async (...tools: readonly string[]): Promise<boolean> =>
  (await sh(`command -v ${tools.join(' && command -v ')}`)).code === 0;

describe('docs/ci.md', () => {
  it('signs a SOW so that intake believes it, prices, umlauts and line breaks included', async (test) => {
    if (!(await has('curl', 'openssl', 'od'))) test.skip();
    const sow = { ...(await sampleSow('SOW-1042')), stage: 'negotiating' };
    await writeFile(
      join(folder, 'sow.json'),
      `${JSON.stringify({ ...sow, x: 'Müller & <Söhne> + "1"\t€' }, null, 2)}\n`,
    );
    await writeFile(join(folder, 'crm-webhook-secret'), `${SECRET}\n`);

    const sent = await sh(await recipe('docs/ci.md', 'sh', 'trigger/pipeline'));

    expect(sent).toMatchObject({ code: 0 });
    expect(requests.map(({ url }) => url)).toEqual(['/api/v4/projects/61/trigger/pipeline']);
    const { token, ...parameters } = Object.fromEntries(new URLSearchParams(requests[0]?.body));
    expect(token).toBe('glptt-sandbox');
    // As GitLab hands it to the job.
    const TRIGGER_PAYLOAD = join(folder, 'payload');
    await writeFile(TRIGGER_PAYLOAD, JSON.stringify({ ...parameters, id: '61', variables: {} }));
    await writeFile(join(folder, 'procession.yml'), 'gitlab: { group: a, project: a/b }\n');
    const env = { TRIGGER_PAYLOAD, CRM_WEBHOOK_SECRETS: SECRET };
    const taken = await cli(['intake'], { env, cwd: folder });

    // Believed: only now GitLab would be asked, and there is none here.
    expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining('GITLAB_TOKEN: is missing') });
    await writeFile(TRIGGER_PAYLOAD, JSON.stringify({ ...parameters, payload: `${parameters['payload']} ` }));
    expect((await cli(['intake'], { env, cwd: folder })).stderr).toContain('wrong signature');
  });

  it.each([
    ['was minutes ago', 600_000, 0],
    ['was hours ago', 7_200_000, 1],
  ])("the dead man's switch passes judgement when the last sweep %s", async (_, agoMs, code) => {
    if (!(await has('curl', 'jq'))) return;
    answer = JSON.stringify([
      { name: 'verify', finished_at: new Date().toISOString() },
      { name: 'procession:sweep', finished_at: new Date(Date.now() - agoMs).toISOString() },
    ]);

    expect(await sh(await recipe('docs/ci.md', 'sh', 'has not swept'))).toMatchObject({ code });
  });

  it('raises the alarm when no sweep has ever passed', async () => {
    if (!(await has('curl', 'jq'))) return;
    answer = '[]';

    expect(await sh(await recipe('docs/ci.md', 'sh', 'has not swept'))).toMatchObject({
      code: 1,
      output: expect.stringContaining('Procession has not swept'),
    });
  });

  it('has the version of the package in the image that components take by themselves', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };

    for (const file of ['procession.yml', 'gate.yml'])
      expect(await readFile(`templates/${file}`, 'utf8')).toContain(
        `default: $CI_REGISTRY/acme/procession:${version}\n`,
      );
  });

  it('names only inputs that the components have, and every job', async () => {
    const page = await readFile('docs/ci.md', 'utf8');
    const component = await readFile('templates/procession.yml', 'utf8');

    const jobs = [...component.matchAll(/^'\$\[\[ inputs\.job_prefix \]\]([a-z-]+)':$/gm)].map(
      ([, job]) => job,
    );
    expect(jobs.length).toBeGreaterThan(8);
    for (const job of jobs) expect(page).toContain(`| \`procession:${job}\` |`);
    expect(await readdir('templates')).toEqual(['gate.yml', 'procession.yml']);
  });
});
