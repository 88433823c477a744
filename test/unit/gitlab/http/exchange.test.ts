import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { exchange, type Outgoing } from '#gitlab/http/exchange.ts';
import { toAppError } from '#gitlab/http/to-app-error.ts';
import { type RawServer, type Respond, startRawServer } from '#test/support/raw-server.ts';

const LIMIT = 1024 * 1024;
let server: RawServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function ask(respond: Respond, method = 'GET') {
  server = await startRawServer(respond);
  const request: Outgoing = {
    method,
    url: new URL(`${server.url}/api/v4/projects/1/issues`),
    path: '/projects/1/issues',
    headers: {},
    body: undefined,
    signal: undefined,
  };
  return { outcome: await exchange(request, 60_000, LIMIT), request };
}

const JSON_TYPE = { 'content-type': 'application/json' };

describe('gitlab/exchange', () => {
  it('stops reading an answer that has no end, and says of what it was', async () => {
    let isGivenUp = false;
    const { outcome, request } = await ask((response) => {
      response.on('close', () => {
        isGivenUp = true;
      });
      response.writeHead(200, JSON_TYPE).write('["');
      const more = (): void => {
        if (response.write('x'.repeat(65_536))) setImmediate(more);
        else if (!isGivenUp) response.once('drain', more);
      };
      more();
    });

    expect(outcome).toMatchObject({ kind: 'foreign', reason: expect.stringContaining('longer than 1 MiB') });
    expect(outcome.kind === 'answer' ? null : toAppError(request, outcome, 0)).toMatchObject({
      code: 'gitlab_unexpected',
      message: expect.stringContaining('GET /projects/1/issues'),
    });
    await expect.poll(() => isGivenUp).toBe(true);
  });

  it('stops unpacking an answer whose few bytes become many', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * LIMIT, ' '));
    const { outcome } = await ask((response) =>
      response
        .writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip', 'content-length': bomb.length })
        .end(bomb),
    );

    expect(outcome).toMatchObject({ kind: 'foreign' });
  });

  it('reads an answer whole that is just as long as may be, in whatever pieces it comes', async () => {
    const text = JSON.stringify(['ü'.repeat((LIMIT - 4) / 2)]);
    const bytes = Buffer.from(text);
    const { outcome } = await ask(async (response) => {
      response.writeHead(200, JSON_TYPE);
      for (let at = 0; at < bytes.length; at += 99_991) response.write(bytes.subarray(at, at + 99_991));
      response.end();
    });

    expect(bytes.length).toBe(LIMIT);
    expect(outcome.kind === 'answer' && JSON.stringify(outcome.body) === text).toBe(true);
  });

  it('takes the answer of a write that is too long for one that was lost', async () => {
    const { outcome } = await ask(
      (response) => response.writeHead(201, JSON_TYPE).end('x'.repeat(2 * LIMIT)),
      'POST',
    );

    expect(outcome).toMatchObject({ kind: 'unreadable', status: 201 });
  });

  it('leaves no timer behind, for which a command would wait', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();

    const { outcome } = await ask((response) => response.writeHead(200, JSON_TYPE).end('[]'));

    expect(outcome).toMatchObject({ kind: 'answer', body: [] });
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
