import { afterEach, describe, expect, it } from 'vitest';
import { GitLabRefusedError } from '#domain/base/errors.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import { createGitLab } from '#gitlab/engagement/create-gitlab.ts';
import { json, type RawServer, startRawServer } from '#test/support/raw-server.ts';

let server: RawServer | undefined;

afterEach(async () => {
  await server?.close();
});

const issue = {
  id: 20_002,
  iid: 7,
  title: 'Kick-off',
  description: 'Text.',
  state: 'opened',
  labels: ['SOW-1042', 'workflow::ready'],
  web_url: 'https://gitlab.test/services/engagements/-/issues/7',
  references: { full: 'services/engagements#7' },
  author: { id: 1, username: 'bot' },
  created_at: '2026-03-02T09:00:00Z',
  updated_at: '2026-03-02T09:00:00Z',
  project_id: 61,
  assignees: [],
};
const before = { kind: 'issue', iid: 7, projectId: 61 } as ActualIssue;

/** An adapter to a GitLab that answers every write with this issue. */
async function gitlabAnswering(answer: object) {
  server = await startRawServer((response) => json(response, 200, { ...issue, ...answer }));
  const place = { group: 'services', project: 'services/engagements' };
  return createGitLab({ host: server.url, token: 'secret', ...place, sleep: async () => {} });
}

const lastBody = (): unknown => JSON.parse(server?.seen.at(-1)?.body ?? 'null');

describe('gitlab/engagement/items', () => {
  it.each([
    ['a close', { state: 'closed' }, {}, 'is still opened'],
    ['a label', { addLabels: ['workflow::done'] }, {}, 'lacks the label "workflow::done"'],
    ['a removed label', { removeLabels: ['workflow::ready'] }, {}, 'still has the label "workflow::ready"'],
  ] as const)(
    'says when GitLab answered 200 but left %s undone',
    async (_name, changes, answer, expected) => {
      const gitlab = await gitlabAnswering(answer);

      const updating = gitlab.updateIssue(before, changes);

      await expect(updating).rejects.toBeInstanceOf(GitLabRefusedError);
      await expect(updating).rejects.toThrow(
        `services/engagements#7: GitLab answered 200 but it ${expected}`,
      );
      expect(server?.seen).toHaveLength(1);
    },
  );

  it('says when a created issue came without its labels', async () => {
    const gitlab = await gitlabAnswering({ labels: [] });
    const labels = ['SOW-1042'];

    const creating = gitlab.createIssue({
      title: 'Kick-off',
      description: '',
      labels,
      assigneeIds: [],
      dueDate: null,
      epicId: 9,
      confidential: false,
    });

    await expect(creating).rejects.toThrow('lacks the label "SOW-1042"');
  });

  it('accepts that GitLab drops an assignee who may not see the project', async () => {
    const gitlab = await gitlabAnswering({ assignees: [] });

    expect((await gitlab.updateIssue(before, { assigneeIds: [5] })).assignees).toEqual([]);
    expect(lastBody()).toEqual({ assignee_ids: [5] });
  });

  it('sends labels in and out, state, epic and people in one PUT', async () => {
    const gitlab = await gitlabAnswering({ labels: ['a', 'b'], state: 'closed' });

    await gitlab.updateIssue(before, {
      addLabels: ['a', 'b'],
      removeLabels: ['c', 'd'],
      state: 'closed',
      epicId: 9,
      assigneeIds: [],
    });

    expect(lastBody()).toEqual({
      add_labels: 'a,b',
      remove_labels: 'c,d',
      state_event: 'close',
      epic_id: 9,
      assignee_ids: [0],
    });
    expect(server?.seen).toHaveLength(1);
  });
});
