/** Only who GitLab says is a member is assigned and mentioned, whatever names a SOW, the settings or a step give. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Settings } from '#domain/base/settings.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { aProcess, aSow, aStep } from '#test/support/builders.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

/** Wednesday, the day of Closed Won of `aSow`. */
let today = '2026-11-04';

const PROCESS = aProcess({
  steps: [
    aStep('first', { owner: 'engineer', due: [{ from: 'closed_won', working_days: 1 }] }),
    aStep('second', { owner: 'engineer', after: [{ step: 'first', until: 'done' }] }),
    aStep('last', { owner: 'manager', after: [{ step: 'second', until: 'done' }] }),
  ],
});

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

function withOurs(roles: Readonly<Record<string, string>>): Sow {
  const ours = Object.fromEntries(
    Object.entries(roles).map(([role, username]) => [role, { name: 'Casey Example', username }]),
  );
  const sow = aSow();
  return { ...sow, contacts: { ...sow.contacts, ours } };
}

async function launched(sow: Sow, settings: Partial<Settings> = {}): Promise<void> {
  today = '2026-11-04';
  world = await startEngagement({
    process: PROCESS,
    sow,
    settings,
    now: () => new Date(`${today}T11:00:00Z`),
  });
  await world.apply();
}

/** Looks on each of the next 14 days, so that every reminder has been said. */
async function letTimePass(): Promise<void> {
  for (let day = 5; day <= 18; day += 1) {
    today = `2026-11-${String(day).padStart(2, '0')}`;
    await world.reconcile({ comments: LOOK_EVERYWHERE });
  }
}

/** Who is mentioned in texts of ours: by GitLab's own rule, outside of code marks. */
function mentions(): ReadonlySet<string> {
  const { epics, issues, notes } = world.sandbox.world;
  const texts = [...epics, ...issues].map(({ description }) => description);
  const all = [...texts, ...notes.filter(({ system }) => !system).map(({ body }) => body)].join('\n');
  return new Set(
    [...all.replaceAll(/`[^`]*`|<!--.*?-->/gs, '').matchAll(/(?<!\w)@(\w+)/g)].map(([, name = '']) => name),
  );
}

const assignees = (step: string): readonly string[] =>
  world
    .issue(step)
    .assigneeIds.map((id) => world.sandbox.world.users.find((user) => user.id === id)?.username ?? '');

/** `all` is nobody's name and everybody's mention, `services` is the group, `otto` a user who is no member. */
const NO_MEMBERS = ['all', 'services', 'otto', 'nobody-at-all'];

describe('whoever a SOW names and GitLab does not know as a member', () => {
  it.each(NO_MEMBERS)('%s is never mentioned; the default of the role does the steps', async (username) => {
    await launched(withOurs({ engineer: username, manager: username }));
    await letTimePass();

    expect(assignees('first')).toEqual(['eli']);
    expect(assignees('last')).toEqual(['mira']);
    expect(world.issue('first').description).toContain('**Your turn.** @eli, nothing is in the way');
    expect([...mentions()].toSorted()).toEqual(['eli', 'mira']);
  });

  it.each(NO_MEMBERS)('%s is written in code marks where the role has no default', async (username) => {
    await launched(withOurs({ engineer: username, manager: username }), { roles: {} });
    await letTimePass();

    expect(world.issue('first').assigneeIds).toEqual([]);
    expect(world.issue('first').description).toContain(
      `role engineer; \`${username}\` is named for it, and is no member of the project`,
    );
    expect(mentions()).toEqual(new Set());
    expect(world.notesOf(world.issue('first'), 'reminder')).toHaveLength(1);
  });

  it('is told to whoever launches, with what to do', async () => {
    today = '2026-11-04';
    world = await startEngagement({ process: PROCESS, sow: withOurs({ engineer: 'otto' }) });

    expect(await world.apply()).toMatchObject({
      warnings: [expect.stringContaining('engineer: otto is no member of the project, so eli has the role.')],
    });
  });

  it('has the role as soon as GitLab knows them', async () => {
    await launched(withOurs({ engineer: 'otto' }), { roles: {} });
    world.seed.group.members.set(world.sandbox.user('otto').id, 30);
    await world.reconcile();

    expect(world.issue('first').description).toContain('@otto, nothing is in the way');
    expect(world.epic().description).toContain('**first**: `otto`');
  });

  it('changes nothing in a second run, and is asked for once', async () => {
    await launched(withOurs({ engineer: 'otto', manager: 'all' }));
    world.sandbox.ledger.clear();
    await world.reconcile();

    expect(world.sandbox.ledger.writes()).toEqual([]);
    const asked = world.sandbox.ledger.reads().filter(({ route }) => route.includes('members'));
    expect(asked).toHaveLength(2);
  });
});

describe('a member', () => {
  it('is asked for once per name at a launch, and never again while an issue is theirs', async () => {
    await launched(withOurs({ engineer: 'noor' }));
    const asked = (): number =>
      world.sandbox.ledger.reads().filter(({ route }) => route.includes('members')).length;
    expect(asked()).toBe(2);

    world.sandbox.ledger.clear();
    world.forget();
    await world.reconcile();
    expect(asked()).toBe(0);
  });
});
