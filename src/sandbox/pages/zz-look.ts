import { serve } from '@hono/node-server';
import { newWorld, takeId } from '#sandbox/new-world.ts';
import { Refusal } from '#sandbox/operations.ts';
import { withTask } from '#sandbox/task-list.ts';
import { createPages } from './create-pages.ts';

const PORT = Number(process.env.PORT ?? 4321);
const w: any = newWorld('premium', `http://localhost:${PORT}`);
const ago = (m: number) => new Date(Date.now() - m * 60000).toISOString();
const day = (d: number) => new Date(Date.now() + d * 86400000).toISOString().slice(0, 10);
const u = (username: string, name: string, bot = false) => {
  const x = { id: takeId(w, 'user'), username, name, bot, state: 'active' };
  w.users.push(x);
  return x;
};
const [mira, eli, sam, cus, bot] = [
  u('mira', 'Mira Manager'),
  u('eli', 'Eli Engineer'),
  u('sam', 'Sam Ortiz'),
  u('gina', 'Gina Guest'),
  u('procession-bot', 'Procession', true),
];
const g: any = {
  id: takeId(w, 'group'),
  path: 'acme-services',
  name: 'Acme Services',
  visibility: 'private',
  members: new Map([
    [mira.id, 40],
    [eli.id, 30],
    [sam.id, 30],
    [cus.id, 10],
    [bot.id, 40],
  ]),
};
w.groups.push(g);
const p: any = {
  id: takeId(w, 'project'),
  groupId: g.id,
  path: 'delivery',
  name: 'Delivery',
  members: new Map(),
  nextIid: 1,
};
w.projects.push(p);
const l = (name: string, color: string) => {
  const x = {
    id: takeId(w, 'label'),
    groupId: g.id,
    projectId: null,
    name,
    color,
    description: `About ${name}`,
  };
  w.labels.push(x);
  return x.id;
};
const L: any = {};
for (const [n, c] of Object.entries({
  'SOW-1042': '#34495e',
  'process::delivery': '#5843ad',
  'role::engineer': '#1f78d1',
  'role::manager': '#8e44ad',
  'workflow::blocked': '#c0392b',
  'workflow::ready': '#2da160',
  'workflow::in progress': '#ed9121',
  'workflow::waiting': '#f0ad4e',
  'workflow::done': '#7f8c8d',
  'workflow::waived': '#bdc3c7',
  'health::on track': '#2da160',
}))
  L[n] = l(n, c);
const steps = [
  'assign-engineer',
  'welcome-email',
  'kick-off',
  'intake-aws',
  'project-calls',
  'internal-updates',
  'change-request',
  'project-summary',
  'customer-sign-off',
  'financial-wrap-up',
  'post-mortem',
];
for (const s of steps) L[`step::${s}`] = l(`step::${s}`, '#6699cc');
const e: any = {
  kind: 'epic',
  id: takeId(w, 'epic'),
  iid: 1,
  groupId: g.id,
  workItemId: takeId(w, 'workItem'),
  authorId: bot.id,
  createdAt: ago(9000),
  title: 'SOW-1042 Borealis Freight: GitLab on AWS',
  description: `## Borealis Freight\n\nFixed price, deployment on **AWS**. Ask @mira.\n\n- [x] Contract signed\n- [ ] Hours on the epic\n\n<!-- procession:epic key=SOW-1042 -->\n\n<details><summary>SOW record</summary>\n\n\`\`\`yaml\nsow:\n  number: SOW-1042\n  signed_on: 2026-11-02\n\`\`\`\n\n</details>\n`,
  state: 'opened',
  labelIds: [L['SOW-1042'], L['process::delivery'], L['health::on track']],
  confidential: false,
  updatedAt: ago(5),
  closedAt: null,
  closedById: null,
  startDate: day(-20),
  dueDate: day(40),
};
w.epics.push(e);
w.epics.push({
  ...e,
  id: takeId(w, 'epic'),
  iid: 2,
  title: 'SOW-1043 Ferrocarril del Sur: migration from Jenkins',
  labelIds: [L['process::delivery']],
  description: '',
});
const titles = [
  'Assign the engineer',
  'Send the welcome e-mail',
  'Hold the kick-off call',
  'Collect the AWS intake answers',
  'Weekly project calls',
  'Internal updates',
  'Change request: second region',
  'Write the project summary',
  'Customer sign-off',
  'Financial wrap-up',
  'Blameless post-mortem',
];
const wf = [
  'done',
  'done',
  'in progress',
  'blocked',
  'blocked',
  'blocked',
  'waiting',
  'blocked',
  'blocked',
  'blocked',
  'blocked',
];
const I: any[] = titles.map((title, n) => {
  const x = {
    kind: 'issue',
    id: takeId(w, 'issue') + 1000,
    iid: p.nextIid++,
    projectId: p.id,
    authorId: bot.id,
    createdAt: ago(8000 - n),
    title,
    description: `<!-- procession:step -->\n\n## What to do\n\nCall with the customer, at most **an hour**. See #1, &1, ~"workflow::in progress" and \`code\`.\n\n- [x] Agree on the date with @eli\n- [ ] Send the agenda\n  - [ ] with names\n- [ ] Minutes in [the folder](https://example.com/minutes)\n- [~] Not for this customer\n\n| who | what |\n|---|---|\n| Mira | invites |\n| Eli | leads |\n\n\`\`\`mermaid\ngraph LR\n  a-->b\n\`\`\`\n\n> A note from sales.\n\n<details>\n<summary>Facts from the SOW</summary>\n\n* Region: eu-central-1\n\n</details>\n`,
    state: n < 2 ? 'closed' : 'opened',
    labelIds: [
      L['SOW-1042'],
      L[`step::${steps[n]}`],
      L[n < 2 || n === 10 ? 'role::manager' : 'role::engineer'],
      L[`workflow::${wf[n]}`],
    ],
    confidential: n === 9,
    updatedAt: ago(7),
    closedAt: n < 2 ? ago(4000) : null,
    closedById: n < 2 ? mira.id : null,
    assigneeIds: n < 2 || n === 10 ? [mira.id] : n === 2 ? [eli.id, sam.id] : [eli.id],
    dueDate: day(n * 5 - 13),
    weight: n === 3 ? 3 : null,
    epicId: e.id,
    epicIssueId: n + 1,
  };
  w.issues.push(x);
  return x;
});
const link = (a: number, b: number, type = 'blocks') =>
  w.links.push({ id: takeId(w, 'link'), sourceId: I[a].id, targetId: I[b].id, type, createdAt: ago(7000) });
for (const [a, b] of [
  [0, 1],
  [1, 2],
  [2, 3],
  [2, 4],
  [2, 5],
  [2, 6],
  [3, 7],
  [6, 7],
  [7, 8],
  [8, 9],
  [7, 10],
  [7, 9],
])
  link(a!, b!);
link(2, 10, 'relates_to');
const note = (i: any, a: any, body: string, system = false, m = 60) =>
  w.notes.push({
    id: takeId(w, 'note'),
    target: { kind: i.kind, id: i.id },
    authorId: a.id,
    system,
    internal: false,
    createdAt: ago(m),
    updatedAt: ago(m),
    body,
  });
note(I[2], eli, 'Customer asks for **Tuesday**.\n\n- [ ] confirm', false, 300);
w.events.push({
  id: 1,
  userId: bot.id,
  target: { kind: 'issue', id: I[2].id },
  createdAt: ago(200),
  change: { kind: 'label', action: 'add', label: 'workflow::in progress' },
});
w.events.push({
  id: 2,
  userId: eli.id,
  target: { kind: 'issue', id: I[2].id },
  createdAt: ago(100),
  change: { kind: 'state', state: 'closed' },
});
w.events.push({
  id: 3,
  userId: bot.id,
  target: { kind: 'issue', id: I[2].id },
  createdAt: ago(99),
  change: { kind: 'state', state: 'reopened' },
});
note(
  I[2],
  bot,
  'I reopened this step: **2 of 4** boxes are not ticked.\n\n`/ps waive` with a reason closes it all the same.',
  false,
  99,
);
note(I[2], mira, 'changed due date to Nov 30, 2026', true, 20);
w.boards.push({
  id: takeId(w, 'board'),
  groupId: g.id,
  name: 'Delivery',
  lists: ['workflow::blocked', 'workflow::ready', 'workflow::in progress', 'workflow::waiting'].map(
    (n, position) => ({ id: takeId(w, 'boardList'), labelId: L[n], position }),
  ),
});
w.hooks.push({
  id: 1,
  groupId: g.id,
  projectId: null,
  url: 'http://localhost:3000/webhooks/gitlab',
  token: 'x',
  failures: 0,
});
const touch = (i: any) => {
  i.updatedAt = new Date().toISOString();
};
const ops: any = {
  createNote: (a: any, t: any, b: string) => {
    if (b.startsWith('/')) return null;
    note(t, a, b, false, 0);
    touch(t);
    return w.notes.at(-1);
  },
  setState: (a: any, t: any, s: string) => {
    if (a === cus) throw new Refusal(403, { message: '403 Forbidden' });
    t.state = s;
    touch(t);
  },
  toggleTask: (_a: any, t: any, i: number, d: boolean) => {
    t.description = withTask(t.description, i, d)?.text;
    touch(t);
  },
  updateIssue: (a: any, t: any, c: any) => {
    if (a === cus) throw new Refusal(403, { message: '403 Forbidden' });
    const id = (n: string) => L[n];
    t.labelIds = [
      ...t.labelIds.filter((x: number) => !(c.removeLabels ?? []).map(id).includes(x)),
      ...(c.addLabels ?? []).map(id),
    ];
    if (c.stateEvent) t.state = c.stateEvent === 'close' ? 'closed' : 'opened';
    for (const k of ['title', 'description', 'dueDate', 'assigneeIds', 'confidential'])
      if (c[k] !== undefined) t[k] = c[k];
    touch(t);
    return t;
  },
};
serve({
  fetch: createPages({ world: w, operations: ops, user: (n) => w.users.find((x: any) => x.username === n) })
    .fetch,
  port: PORT,
});
