/** Pipelines in the sandbox, as GitLab's API shows them. */
import { describe, expect, it } from 'vitest';
import { createPages } from '#sandbox/pages/create-pages.ts';
import { createBench, PROJECT } from './client.ts';

const VARIABLES = [{ key: 'A', value: '1' }];
const START = { ref: 'main', variables: VARIABLES };

describe('sandbox: pipelines', () => {
  it('are made, shown and listed, newest first', async () => {
    const { api } = createBench();
    const first = await api('POST', `${PROJECT}/pipeline`, START);
    const second = await api('POST', `${PROJECT}/pipeline`, { ref: 'main' });
    const list = await api('GET', `${PROJECT}/pipelines?username=procession-bot&ref=main`);

    expect(first).toMatchObject({ status: 201, body: { status: 'running', ref: 'main', source: 'api' } });
    expect(first.body.web_url).toBe(`https://gitlab.test/services/engagements/-/pipelines/${first.body.id}`);
    expect(list.body.map(({ id }: { id: number }) => id)).toEqual([second.body.id, first.body.id]);
    expect((await api('GET', `${PROJECT}/pipelines?username=eli`)).body).toEqual([]);
    expect((await api('GET', `${PROJECT}/pipelines?updated_after=2027-01-01T00:00:00Z`)).body).toEqual([]);
    expect((await api('GET', `${PROJECT}/pipelines/1`)).status).toBe(404);
  });

  it.each([
    [
      'a ref that is not there',
      { ...START, ref: 'nowhere' },
      400,
      { message: { base: ['Reference not found'] } },
    ],
    ['no ref', { variables: VARIABLES }, 400, { error: 'ref is missing' }],
    ['variables that are none', { ref: 'main', variables: [1] }, 400, { error: 'variables is invalid' }],
  ])('refuse %s', async (_, body, status, answer) => {
    const { api, sandbox } = createBench();
    const reply = await api('POST', `${PROJECT}/pipeline`, body);

    expect(reply).toMatchObject({ status, body: answer });
    expect(sandbox.world.pipelines).toEqual([]);
  });

  it('take the inputs that their configuration declares, also where nobody may give variables', async () => {
    const { api, seed, sandbox } = createBench();
    seed.project.pipelineVariablesRole = null;
    const inputs = { size: 'small', nodes: 3 };
    const refused = await api('POST', `${PROJECT}/pipeline`, { ref: 'main', inputs });
    seed.project.pipeline = { inputs: ['size', 'nodes'], name: 'For $[[ inputs.size ]]' };
    const made = await api('POST', `${PROJECT}/pipeline`, { ref: 'main', inputs });

    expect(refused.status).toBe(400);
    expect(made).toMatchObject({ status: 201, body: { name: 'For small' } });
    expect(sandbox.world.pipelines).toMatchObject([{ inputs, source: 'api' }]);
    expect((await api('GET', `${PROJECT}/pipelines?source=trigger`)).body).toEqual([]);
    expect((await api('GET', `${PROJECT}/pipelines?source=api`)).body).toMatchObject([{ name: 'For small' }]);
  });

  it('take a Developer, and a role that may give variables', async () => {
    const { as, seed, sandbox } = createBench();
    const role = 'Insufficient permissions to set pipeline variables';

    expect((await as(seed.casey.token)('POST', `${PROJECT}/pipeline`, START)).status).toBe(403);
    expect((await as(seed.eli.token)('POST', `${PROJECT}/pipeline`, START)).status).toBe(201);
    seed.project.pipelineVariablesRole = 40;
    const refused = await as(seed.eli.token)('POST', `${PROJECT}/pipeline`, START);
    expect(refused).toMatchObject({ status: 400, body: { message: { base: [role] } } });
    expect((await as(seed.eli.token)('POST', `${PROJECT}/pipeline`, { ref: 'main' })).status).toBe(201);
    expect(sandbox.world.pipelines).toHaveLength(2);
  });

  it('show their variables to who started them, and to Maintainers', async () => {
    const { as, seed } = createBench();
    const { body } = await as(seed.eli.token)('POST', `${PROJECT}/pipeline`, START);
    const path = `${PROJECT}/pipelines/${body.id}/variables`;

    expect((await as(seed.eli.token)('GET', path)).body).toMatchObject(VARIABLES);
    expect((await as(seed.mira.token)('GET', path)).body).toMatchObject(VARIABLES);
    expect((await as(seed.noor.token)('GET', path)).status).toBe(403);
  });

  it('fail with a job, are retried and canceled', async () => {
    const { api, sandbox, seed } = createBench();
    const { body } = await api('POST', `${PROJECT}/pipeline`, START);
    const [pipeline] = sandbox.world.pipelines;
    if (pipeline === undefined) throw new Error('no pipeline');
    sandbox.operations.setPipeline(seed.eli.user, pipeline, 'failed');
    const jobs = await api('GET', `${PROJECT}/pipelines/${body.id}/jobs?scope=failed`);

    expect(jobs.body).toMatchObject([{ name: 'provision', status: 'failed' }]);
    expect((await api('POST', `${PROJECT}/pipelines/${body.id}/retry`)).body.status).toBe('running');
    expect((await api('GET', `${PROJECT}/pipelines/${body.id}/jobs?scope=failed`)).body).toEqual([]);
    expect((await api('POST', `${PROJECT}/pipelines/${body.id}/cancel`)).body).toMatchObject({
      status: 'canceled',
      finished_at: expect.any(String),
    });
  });

  it('tell webhooks that listen to them, with their variables', async () => {
    const requests: Request[] = [];
    const { api, sandbox } = createBench({
      deliver: async (request) => {
        requests.push(request);
        return new Response();
      },
    });
    const hook = { url: 'https://procession.test/webhooks/gitlab', token: 'x' };
    await api('POST', `${PROJECT}/hooks`, { ...hook, pipeline_events: true, issues_events: false });
    await api('POST', `${PROJECT}/hooks`, { ...hook, issues_events: true });
    await api('POST', `${PROJECT}/pipeline`, START);
    await sandbox.settled();

    expect(requests.map(({ headers }) => headers.get('x-gitlab-event'))).toEqual(['Pipeline Hook']);
    expect(await requests[0]?.json()).toMatchObject({
      object_kind: 'pipeline',
      object_attributes: { status: 'running', variables: VARIABLES },
    });
  });

  it('have a page on which whoever plays says how they end', async () => {
    const { api, sandbox } = createBench();
    const { body } = await api('POST', `${PROJECT}/pipeline`, {
      ref: 'main',
      variables: [{ key: 'A', value: '<b>1</b>' }],
    });
    sandbox.mount('/', createPages(sandbox));
    const url: string = body.web_url;
    const page = await (await sandbox.fetch(new Request(url))).text();
    const press = async (cookie: string, status: string): Promise<number> =>
      (
        await sandbox.fetch(
          new Request(url, {
            method: 'POST',
            headers: { cookie, origin: 'https://gitlab.test', 'sec-fetch-site': 'same-origin' },
            body: new URLSearchParams({ status }),
          }),
        )
      ).status;

    expect(page).toContain('Let it succeed');
    expect(page).toContain('&lt;b&gt;1&lt;/b&gt;');
    expect(await press('sandbox_user=casey', 'success')).toBe(403);
    expect(sandbox.world.pipelines[0]?.status).toBe('running');
    expect(await press('sandbox_user=eli', 'success')).toBe(303);
    expect(sandbox.world.pipelines[0]?.status).toBe('success');
  });
});
