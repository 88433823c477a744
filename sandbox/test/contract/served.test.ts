import { Gitlab } from '@gitbeaker/rest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '#sandbox/create-sandbox.ts';
import { createSandbox } from '#sandbox/create-sandbox.ts';
import type { Seed } from '#sandbox/seed.ts';
import { seed } from '#sandbox/seed.ts';
import type { ServedSandbox } from '#sandbox/serve.ts';
import { serveSandbox } from '#sandbox/serve.ts';

describe('sandbox on a port', () => {
  let sandbox: Sandbox;
  let people: Seed;
  let served: ServedSandbox;

  beforeEach(async () => {
    // The port is known only once it listens, and paging follows links: so take one address for both.
    const probe = await serveSandbox(createSandbox(), { host: '127.0.0.1', port: 0 });
    await probe.close();
    sandbox = createSandbox({ baseUrl: probe.url, defaultPerPage: 2 });
    people = seed(sandbox);
    served = await serveSandbox(sandbox, { host: '127.0.0.1', port: Number(new URL(probe.url).port) });
  });

  afterEach(() => served.close());

  it('works with the real @gitbeaker/rest', async () => {
    const client = new Gitlab({ host: served.url, token: people.bot.token });
    const group = people.group.path;
    const project = `${group}/${people.project.path}`;

    await client.GroupLabels.create(group, 'workflow::ready', '#00aa00');
    const epic = await client.Epics.create(group, 'SOW-1', {
      labels: 'workflow::ready',
      description: 'text',
    });
    const one = await client.Issues.create(project, 'one', { epicId: epic.id, labels: 'workflow::ready' });
    const two = await client.Issues.create(project, 'two');
    const three = await client.Issues.create(project, 'three');
    await client.EpicIssues.assign(people.group.id, epic.iid, two.id);
    await client.IssueLinks.create(project, one.iid, people.project.id, two.iid, {
      linkType: 'is_blocked_by',
    });
    await client.IssueNotes.create(project, one.iid, 'hello');
    await client.EpicNotes.create(group, epic.id, 'hello');
    await client.Issues.edit(project, one.iid, { stateEvent: 'close', addLabels: 'workflow::done' });

    expect((await client.EpicIssues.all(people.group.id, epic.iid)).map((it) => it['title'])).toEqual([
      'two',
      'one',
    ]);
    expect((await client.Issues.all({ projectId: project })).map((it) => it.title)).toEqual([
      'three',
      'two',
      'one',
    ]);
    expect(
      (await client.Issues.all({ projectId: project, labels: 'workflow::done' })).map((it) => it.iid),
    ).toEqual([one.iid]);
    expect(await client.IssueLinks.all(project, one.iid)).toMatchObject([
      { iid: two.iid, link_type: 'is_blocked_by' },
    ]);
    expect(await client.Issues.show(three.iid, { projectId: project })).toMatchObject({ title: 'three' });
    expect(sandbox.ledger.entries().flatMap((it) => it.unknownParameters)).toEqual([]);
    expect(sandbox.ledger.entries().filter((it) => it.status >= 400)).toEqual([]);
  });

  it('destroys the socket for a broken connection', async () => {
    sandbox.faults.failNext({ when: 'after', kind: 'reset' });
    const request = fetch(`${served.url}/api/v4/projects/${people.project.id}/issues?title=x`, {
      method: 'POST',
      headers: { 'PRIVATE-TOKEN': people.bot.token },
    });

    await expect(request).rejects.toThrow('fetch failed');
    expect(sandbox.world.issues).toHaveLength(1);
  });

  it('breaks off an answer in the middle', async () => {
    sandbox.faults.failNext({ when: 'after', kind: 'truncated' });
    const response = await fetch(`${served.url}/api/v4/user`, {
      headers: { 'PRIVATE-TOKEN': people.bot.token },
    });

    await expect(response.text()).rejects.toThrow('terminated');
  });

  it('delivers webhooks over the network', async () => {
    const received: string[] = [];
    const { createServer } = await import('node:http');
    const receiver = createServer((request, response) => {
      received.push(String(request.headers['x-gitlab-event']));
      response.writeHead(202).end();
    });
    await new Promise<void>((resolve) => {
      receiver.listen(0, '127.0.0.1', resolve);
    });
    const address = receiver.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const client = new Gitlab({ host: served.url, token: people.bot.token });
    await client.ProjectHooks.add(people.project.id, `http://127.0.0.1:${port}/`, { issuesEvents: true });
    await client.Issues.create(people.project.id, 'x');
    await sandbox.settled();
    receiver.close();

    expect(received).toEqual(['Issue Hook']);
  });
});
