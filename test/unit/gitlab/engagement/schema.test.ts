import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { UnexpectedResponseError } from '#domain/base/errors.ts';
import { Epic, Issue, LabelChange, Link, Note } from '#gitlab/engagement/schema.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';

const epic = {
  id: 29,
  iid: 4,
  work_item_id: 7001,
  title: 'SOW-1042 Acme',
  description: null,
  state: 'opened',
  labels: ['SOW-1042'],
  web_url: 'https://gitlab.test/groups/services/-/epics/4',
  references: { short: '&4', relative: '&4', full: 'services&4' },
  author: { id: 2, username: 'procession-bot', name: 'Bot', state: 'active' },
  created_at: '2026-03-02T10:00:00.000+01:00',
  updated_at: '2026-03-02T09:30:00Z',
  closed_at: null,
};

describe('gitlab/schema', () => {
  it('reads who changed a label, also where the account or the label is gone', () => {
    const event = {
      id: 142,
      user: { id: 1, username: 'root', name: 'Administrator', state: 'active' },
      created_at: '2018-08-20T13:38:20.077+01:00',
      resource_type: 'Issue',
      resource_id: 253,
      label: { id: 73, name: 'a1', color: '#34495E', description: '' },
      action: 'add',
    };
    expect(parseAnswer(LabelChange, event, 'GET')).toEqual({
      id: 142,
      user: { id: 1, username: 'root' },
      label: 'a1',
      labelId: 73,
      action: 'add',
      createdAt: '2018-08-20T12:38:20.077Z',
    });
    expect(parseAnswer(LabelChange, { ...event, user: null, label: null }, 'GET')).toMatchObject({
      user: null,
      label: null,
    });
  });

  it('reads an epic, with instants in UTC and no description as an empty one', () => {
    expect(parseAnswer(Epic, epic, 'GET')).toEqual({
      kind: 'epic',
      confidential: false,
      tracking: null,
      id: 29,
      iid: 4,
      title: 'SOW-1042 Acme',
      description: '',
      state: 'opened',
      labels: ['SOW-1042'],
      url: 'https://gitlab.test/groups/services/-/epics/4',
      reference: 'services&4',
      author: { id: 2, username: 'procession-bot' },
      createdAt: '2026-03-02T09:00:00.000Z',
      updatedAt: '2026-03-02T09:30:00.000Z',
      closedAt: null,
    });
  });

  it('reads an issue as the Free tier answers it, without what only Premium tells', () => {
    const issue = parseAnswer(Issue, { ...epic, project_id: 3, assignees: [] }, 'GET');

    expect(issue).toMatchObject({
      kind: 'issue',
      projectId: 3,
      epicId: null,
      blockingCount: null,
      closedBy: null,
    });
    expect(issue).toMatchObject({ dueDate: null, confidential: false, assignees: [] });
  });

  it('reads an issue as Premium answers it', () => {
    const answer = {
      ...epic,
      project_id: 3,
      assignees: [{ id: 5, username: 'ada', avatar_url: null }],
      epic: { id: 29, iid: 4, title: 'SOW-1042 Acme' },
      due_date: '2026-03-09',
      confidential: true,
      blocking_issues_count: 2,
      closed_by: { id: 5, username: 'ada' },
      closed_at: '2026-03-03T00:00:00Z',
      state: 'closed',
    };

    expect(parseAnswer(Issue, answer, 'GET')).toMatchObject({
      assignees: [{ id: 5, username: 'ada' }],
      epicId: 29,
      dueDate: '2026-03-09',
      confidential: true,
      blockingCount: 2,
      closedBy: { id: 5, username: 'ada' },
    });
  });

  it('reads links and notes', () => {
    const note = { id: 1, author: epic.author, body: 'Hello', system: false, created_at: epic.created_at };

    expect(
      parseAnswer(Link, { id: 88, iid: 2, issue_link_id: 5, link_type: 'is_blocked_by' }, 'GET'),
    ).toEqual({
      linkId: 5,
      type: 'is_blocked_by',
      issueId: 88,
    });
    expect(parseAnswer(Note, note, 'GET')).toMatchObject({
      id: 1,
      body: 'Hello',
      createdAt: '2026-03-02T09:00:00.000Z',
    });
  });

  it('names the field that does not fit, and not its value', () => {
    const wrong = [epic, { ...epic, author: { id: 'glpat-canary', username: 'x' } }];

    const parse = () => parseAnswer(z.array(Epic), wrong, 'GET /groups/services/epics');

    expect(parse).toThrow(UnexpectedResponseError);
    expect(parse).toThrow(/GET \/groups\/services\/epics.*1\.author\.id/);
    expect(parse).not.toThrow(/canary/);
  });
});
