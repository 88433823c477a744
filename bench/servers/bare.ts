/** What is compared with: bare Hono that checks the signature as the service does, answers 202 and keeps nothing. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Secret } from '#domain/base/secret.ts';
import { createVerifyGitLab } from '#service/verify-gitlab.ts';

const verify = createVerifyGitLab([new Secret(process.env['GITLAB_WEBHOOK_SECRETS'] ?? '')]);
const app = new Hono();
app.get('/healthz', (context) => context.text('ok'));
app.post('/webhooks/gitlab', async (context) => {
  const body = Buffer.from(await context.req.arrayBuffer());
  const verdict = verify((name) => context.req.header(name), Date.now() / 1000);
  const authentic = verdict.kind === 'signed' && verdict.check(body) === 'authentic';
  return context.json({ ok: authentic }, authentic ? 202 : 401);
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env['PORT']) });
