/** Every row of docs/drift.md, done to a running engagement: what is in GitLab afterwards, twice. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { parseNoteMarker } from '#domain/text/marker.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { takeId } from '#sandbox/new-world.ts';
import type { Epic, Issue, Label, Note, Project } from '#sandbox/world.ts';
import { aProcess, aSow, aStep } from '#test/support/builders.ts';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';
import { moveOf, shownInEpic } from '#test/support/epic-order.ts';

const ANSWERS = ['heal', 'heal, then ask', 'heal, and tell', 'adopt', 'ask', 'ignore'] as const;
type Answer = (typeof ANSWERS)[number];

interface Row {
  readonly id: string;
  readonly answer: Answer;
}

const page = readFileSync(join(import.meta.dirname, '../../../docs/drift.md'), 'utf8');
const rows: readonly Row[] = [...page.matchAll(/^\| ([a-z-]+) \| [^|]+ \| ([a-z, ]+) \|/gm)]
  .map(([, id = '', answer = '']) => ({ id, answer: answer.trim() as Answer }))
  .filter(({ id }) => id !== 'id');

/** What a row of the table is in the sandbox. */
interface Scenario {
  /** What people do. May be done twice. */
  readonly deed: () => void | Promise<void>;
  /** Whether everything is as Procession sets it up. */
  readonly isBack: () => boolean;
  /** Where it is asked about. */
  readonly askedOn?: () => Issue | Epic;
  readonly rule?: string;
  /** How the next run comes about, where it is not an event. */
  readonly run?: () => Promise<unknown>;
}

/** `first` → `second` → `last`, `extra` only on AWS between them, `secret` confidential. */
function process(): ProcessDefinition {
  const steps = aProcess().steps.flatMap((step) =>
    step.id === 'last'
      ? [
          aStep('extra', { after: [{ step: 'first', until: 'done' }], when: { deployment: 'aws' } }),
          aStep('secret', { confidential: true }),
          { ...step, after: [...step.after, { step: 'extra', until: 'done' as const }] },
        ]
      : [step],
  );
  return aProcess({ steps });
}

const sow = (): Sow => aSow({ sow: { number: 'SOW-1', signed_on: '2026-11-02' } });
let world: EngagementWorld;
const ada = () => world.sandbox.user('ada');
const operations = () => world.sandbox.operations;
const data = () => world.sandbox.world;
const issue = (step: string): Issue => {
  const found = data().issues.filter(
    ({ description, movedToId, title }) =>
      movedToId === undefined && title !== 'Mine' && description.includes(` SOW-1 sample ${step} -->`),
  );
  const [first] = found;
  if (first === undefined) throw new Error(`no issue for ${step}`);
  return first;
};
const hasLabel = (item: Issue | Epic, label: string): boolean => world.labels(item).includes(label);
const groupLabel = (name: string): Label | undefined =>
  data().labels.find((label) => label.name === name && label.groupId !== null);

function unlabel(item: Issue | Epic, label: string): void {
  if (item.kind === 'issue') operations().updateIssue(ada(), item, { removeLabels: [label] });
  else operations().updateEpic(ada(), item, { removeLabels: [label] });
}

function links(from: string, to: string) {
  return data().links.filter(
    ({ sourceId, targetId }) => sourceId === issue(from).id && targetId === issue(to).id,
  );
}

function unlink(): void {
  for (const link of links('second', 'last')) operations().unlinkIssues(ada(), link);
}

function anotherProject(path: string, groupId = world.seed.group.id): Project {
  const known = data().projects.find((project) => project.path === path);
  if (known !== undefined) return known;
  const members = new Map([[ada().id, 50 as const]]);
  const project = { id: takeId(data(), 'project'), groupId, path, name: path, members, nextIid: 1 };
  data().projects.push(project);
  return project;
}

/** Where the bot is no member. */
function elsewhere(): Project {
  const known = data().groups.find(({ path }) => path === 'elsewhere');
  const group = known ?? {
    id: takeId(data(), 'group'),
    path: 'elsewhere',
    name: 'Elsewhere',
    visibility: 'private' as const,
    members: new Map([[ada().id, 50 as const]]),
  };
  if (known === undefined) data().groups.push(group);
  return anotherProject('far', group.id);
}

function deleteLabel(name: string): void {
  const label = groupLabel(name);
  if (label === undefined) return;
  data().labels.splice(data().labels.indexOf(label), 1);
  for (const item of [...data().issues, ...data().epics])
    item.labelIds = item.labelIds.filter((id) => id !== label.id);
}

const inEpic = (): boolean => issue('second').epicId === world.epic().id;
const sweeps = async (): Promise<unknown> => await sweep(world.deps);
const applies = async (): Promise<unknown> => await world.apply();
let twin: Issue;

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'issue-deleted': {
    deed: () => operations().deleteIssue(ada(), issue('second')),
    isBack: () => data().issues.some(({ description }) => description.includes('sample second -->')),
    askedOn: () => world.epic(),
  },
  'issue-moved': {
    deed: () => {
      if (issue('second').projectId === world.seed.project.id)
        operations().moveIssue(ada(), issue('second'), anotherProject('other'));
    },
    isBack: () => issue('second').projectId === world.seed.project.id,
  },
  'issue-moved-away': {
    deed: () => {
      if (issue('second').projectId === world.seed.project.id)
        operations().moveIssue(ada(), issue('second'), elsewhere());
    },
    isBack: () =>
      data().issues.some(
        (it) =>
          it.projectId === world.seed.project.id &&
          it.movedToId === undefined &&
          it.description.includes('sample second -->'),
      ),
    askedOn: () => world.epic(),
  },
  'issue-renamed': {
    deed: () => void operations().updateIssue(ada(), issue('second'), { title: 'Renamed' }),
    isBack: () => issue('second').title !== 'Renamed',
  },
  'issue-text': {
    deed: () =>
      void operations().updateIssue(ada(), issue('second'), {
        description: `${issue('second').description.replace('Hold it', 'Hold it well')}\n\n- [ ] One more`,
      }),
    isBack: () => !issue('second').description.includes('One more'),
  },
  'issue-kept-lines': {
    deed: () =>
      void operations().updateIssue(ada(), issue('second'), {
        description: issue('second').description.replace('**Blocked.**', '**Rubbish.**'),
      }),
    isBack: () => !issue('second').description.includes('**Rubbish.**'),
  },
  'issue-marker': {
    deed: () => void operations().updateIssue(ada(), issue('second'), { description: 'All gone' }),
    isBack: () =>
      data().issues.some(({ description }) => /sample second -->[^]*All gone/.test(description)) &&
      data().issues.length === 6,
  },
  'issue-planning': {
    deed: () =>
      void operations().updateIssue(ada(), issue('second'), {
        assigneeIds: [],
        dueDate: '2027-03-03',
        addLabels: ['urgent'],
      }),
    isBack: () => issue('second').dueDate !== '2027-03-03',
  },
  'issue-confidential': {
    deed: () => void operations().updateIssue(ada(), issue('second'), { confidential: true }),
    isBack: () => !issue('second').confidential,
  },
  'issue-opened-up': {
    deed: () => void operations().updateIssue(ada(), issue('secret'), { confidential: false }),
    isBack: () => issue('secret').confidential,
    askedOn: () => issue('secret'),
  },
  'issue-copied': {
    deed: () =>
      void operations().createIssue(ada(), world.seed.project.id, {
        title: 'Mine',
        description: issue('second').description,
        labels: ['SOW-1', 'step::second'],
      }),
    isBack: () =>
      data()
        .issues.filter(({ title }) => title === 'Mine')
        .some(({ state }) => state === 'closed'),
  },
  'twin-reopened': {
    deed: async () => {
      twin ??= operations().createIssue(world.seed.bot.user, world.seed.project.id, {
        title: 'Double',
        description: issue('second').description,
        labels: ['SOW-1'],
      });
      operations().setState(ada(), twin, 'opened');
    },
    isBack: () => twin.state === 'closed',
    askedOn: () => issue('second'),
  },
  'no-longer-asked-for': {
    deed: async () => {
      await world.apply({ sow: { ...sow(), deployment: 'on-prem' } });
      world.sandbox.ledger.clear();
    },
    isBack: () => hasLabel(issue('extra'), 'workflow::blocked'),
    askedOn: () => issue('extra'),
    rule: 'not-asked-for',
  },
  'link-removed': {
    deed: unlink,
    isBack: () => links('second', 'last').length === 1,
    askedOn: () => issue('last'),
  },
  'link-changed': {
    deed: () => {
      unlink();
      operations().linkIssues(ada(), issue('second'), issue('last'), 'relates_to');
    },
    isBack: () => links('second', 'last').every(({ type }) => type === 'blocks'),
    askedOn: () => issue('last'),
  },
  'link-added': {
    deed: () => {
      if (links('first', 'secret').length === 0)
        operations().linkIssues(ada(), issue('first'), issue('secret'), 'blocks');
    },
    isBack: () => links('first', 'secret').length === 0,
  },
  'left-epic': {
    deed: () => void operations().updateIssue(ada(), issue('second'), { epicId: null }),
    isBack: inEpic,
    askedOn: () => issue('second'),
  },
  'other-epic': {
    deed: () => {
      const epic = operations().createEpic(ada(), world.seed.group.id, { title: 'Ours' });
      operations().updateIssue(ada(), issue('second'), { epicId: epic.id });
    },
    isBack: inEpic,
    askedOn: () => issue('second'),
  },
  'epic-order': {
    deed: () => moveOf(world, 'last', { after: null }),
    isBack: () => shownInEpic(data())[0] === 'first',
  },
  'epic-renamed': {
    deed: () =>
      void operations().updateEpic(ada(), world.epic(), {
        title: 'Renamed',
        dueDate: '2027-03-03',
        description: `${world.epic().description}\n\nOurs`,
      }),
    isBack: () => world.epic().title !== 'Renamed',
  },
  'epic-kept-lines': {
    deed: () =>
      void operations().updateEpic(ada(), world.epic(), {
        description: world.epic().description.replace('| | Step', '| | Rubbish'),
      }),
    isBack: () => !world.epic().description.includes('Rubbish'),
  },
  'epic-deleted': {
    deed: () => operations().deleteEpic(ada(), world.epic()),
    isBack: () => data().epics.length === 1 && inEpic() && data().issues.length === 6,
    run: applies,
  },
  'state-label-removed': {
    deed: () => unlabel(issue('second'), 'workflow::blocked'),
    isBack: () => hasLabel(issue('second'), 'workflow::blocked'),
  },
  'state-label-wrong': {
    deed: () => world.by('ada').label(issue('second'), 'workflow::done'),
    isBack: () => world.state('second') === 'workflow::blocked',
  },
  'state-label-foreign': {
    deed: () => world.by('ada').label(issue('second'), 'workflow::review'),
    isBack: () => world.state('second') === 'workflow::blocked',
    askedOn: () => issue('second'),
    rule: 'foreign-state',
  },
  'dragged-to-closed': {
    deed: () => {
      // As `moveChanges` of the sandbox's board, which has lists of states and of roles.
      operations().updateIssue(ada(), issue('first'), {
        removeLabels: world.labels(issue('first')).filter((label) => /^(role|workflow)::/.test(label)),
        stateEvent: 'close',
      });
    },
    isBack: () => hasLabel(issue('first'), 'role::manager') && world.state('first') === 'workflow::ready',
  },
  'step-label-removed': {
    deed: () => unlabel(issue('second'), 'step::second'),
    isBack: () => hasLabel(issue('second'), 'step::second'),
    askedOn: () => issue('second'),
  },
  'role-label-removed': {
    deed: () => unlabel(issue('second'), 'role::engineer'),
    isBack: () => hasLabel(issue('second'), 'role::engineer'),
    askedOn: () => issue('second'),
  },
  'role-label-changed': {
    deed: () => world.by('ada').label(issue('second'), 'role::manager'),
    isBack: () => hasLabel(issue('second'), 'role::engineer') && !hasLabel(issue('second'), 'role::manager'),
    askedOn: () => issue('second'),
  },
  'sow-label-removed': {
    deed: () => unlabel(issue('second'), 'SOW-1'),
    isBack: () => hasLabel(issue('second'), 'SOW-1') && data().issues.length === 6,
    askedOn: () => issue('second'),
  },
  'epic-label-removed': {
    deed: () => unlabel(world.epic(), 'SOW-1'),
    isBack: () => hasLabel(world.epic(), 'SOW-1'),
    run: sweeps,
  },
  'process-label-removed': {
    deed: () => unlabel(world.epic(), 'process::sample'),
    isBack: () => hasLabel(world.epic(), 'process::sample'),
    askedOn: () => world.epic(),
  },
  'label-deleted': {
    deed: () => deleteLabel('workflow::blocked'),
    isBack: () =>
      groupLabel('workflow::blocked') !== undefined &&
      world.state('second') === 'workflow::blocked' &&
      data().labels.every(({ projectId, name }) => projectId === null || name === 'urgent'),
  },
  'label-renamed': {
    deed: () => {
      const label = groupLabel('workflow::blocked');
      if (label !== undefined) label.name = `workflow::on ice ${label.id}`;
    },
    isBack: () =>
      groupLabel('workflow::blocked') !== undefined && world.state('second') === 'workflow::blocked',
  },
  'engagement-label-deleted': {
    deed: () => deleteLabel('SOW-1'),
    isBack: () =>
      groupLabel('SOW-1') !== undefined &&
      [world.epic(), ...data().issues].every((item) => hasLabel(item, 'SOW-1')) &&
      data().epics.length === 1,
    run: sweeps,
  },
};

const asks = (item: Issue | Epic, rule: string): readonly Note[] =>
  world.notes(item).filter(({ body }) => parseNoteMarker(body) === rule);
const allAsks = (): readonly Note[] =>
  data().notes.filter(
    ({ body, system }) => !system && ['drift', 'not-asked-for'].includes(parseNoteMarker(body) ?? ''),
  );

async function start(): Promise<void> {
  world = await startLaunched({ process: process(), sow: sow() });
  twin = undefined as unknown as Issue;
  world.sandbox.ledger.clear();
}

async function runTwice(run: () => Promise<unknown>): Promise<number> {
  world.sandbox.ledger.clear();
  await run();
  const writes = world.sandbox.ledger.writes().length;
  world.sandbox.ledger.clear();
  await run();
  expect(world.sandbox.ledger.writes()).toEqual([]);
  return writes;
}

describe('docs/drift.md', () => {
  it('has a scenario for every row and a row for every scenario', () => {
    expect(rows.map(({ id }) => id).toSorted()).toEqual(Object.keys(SCENARIOS).toSorted());
    expect(rows.filter(({ answer }) => !ANSWERS.includes(answer))).toEqual([]);
  });
});

describe('drift', () => {
  afterEach(async () => {
    await world.close();
  });

  const byAnswer: Readonly<Record<Answer, (scenario: Scenario) => Promise<void>>> = {
    heal: async ({ deed, isBack, run }) => {
      for (let time = 1; time <= 2; time += 1) {
        await deed();
        expect(isBack()).toBe(false);
        await runTwice(run ?? (() => world.reconcile()));
        expect(isBack()).toBe(true);
      }
      expect(allAsks()).toEqual([]);
    },
    'heal, and tell': async ({ deed, isBack, askedOn, rule }) => {
      const told = (): readonly Note[] => (askedOn === undefined ? [] : asks(askedOn(), rule ?? ''));
      for (let time = 1; time <= 2; time += 1) {
        await deed();
        expect(isBack()).toBe(false);
        await runTwice(() => world.reconcile());
        expect(isBack()).toBe(true);
        expect(told()).toHaveLength(1);
      }
      expect(told()[0]?.body).toMatch(/review.*was taken off again/);
      expect(allAsks()).toEqual([]);
    },
    'heal, then ask': async ({ deed, isBack, run, askedOn }) => {
      const next = run ?? (() => world.reconcile());
      await deed();
      expect(isBack()).toBe(false);
      expect(await runTwice(next)).toBeGreaterThan(0);
      expect(isBack()).toBe(true);
      expect(allAsks()).toEqual([]);
      await deed();
      // The comment, and the memory of it.
      expect(await runTwice(next)).toBe(2);
      expect(isBack()).toBe(false);
      expect(allAsks()).toHaveLength(1);
      if (askedOn !== undefined) expect(asks(askedOn(), 'drift')).toHaveLength(1);
      await world.apply({ resume: true });
      expect(isBack()).toBe(true);
      expect((await world.reconcile()).kind).toBe('unchanged');
    },
    adopt: async ({ deed, isBack, run }) => {
      await deed();
      await runTwice(run ?? (() => world.reconcile()));
      expect(isBack()).toBe(false);
      expect(allAsks()).toEqual([]);
    },
    ask: async ({ deed, isBack, run, askedOn, rule = 'drift' }) => {
      for (let time = 1; time <= 2; time += 1) {
        await deed();
        await runTwice(run ?? (() => world.reconcile()));
        expect(isBack()).toBe(false);
        expect(allAsks()).toHaveLength(1);
        if (askedOn !== undefined) expect(asks(askedOn(), rule)).toHaveLength(1);
      }
    },
    ignore: async ({ deed, isBack, run }) => {
      await deed();
      expect(await runTwice(run ?? (() => world.reconcile()))).toBe(0);
      expect(isBack()).toBe(false);
    },
  };

  it('makes no second epic when the SOW is applied while the epic has lost its label', async () => {
    await start();
    unlabel(world.epic(), 'SOW-1');

    await world.apply();

    expect(data().epics).toHaveLength(1);
    expect(hasLabel(world.epic(), 'SOW-1')).toBe(true);
    expect((await world.reconcile()).kind).toBe('unchanged');
  });

  it('closes as a duplicate what was launched while the SOW label was gone from the group', async () => {
    await start();
    deleteLabel('SOW-1');
    await world.apply();
    expect(data().epics).toHaveLength(2);

    for (let run = 1; run <= 3; run += 1) await sweeps();

    expect(data().epics.map(({ state }) => state)).toEqual(['opened', 'closed']);
    expect(data().issues.filter(({ state }) => state === 'opened')).toHaveLength(6);
    world.sandbox.ledger.clear();
    await sweeps();
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it.each(rows)('$id: $answer', async ({ id, answer }) => {
    const scenario = SCENARIOS[id];
    if (scenario === undefined) throw new Error(`no scenario for ${id}`);
    await start();
    await byAnswer[answer](scenario);
  });
});
