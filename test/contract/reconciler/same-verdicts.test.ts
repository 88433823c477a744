/** One engine behind webhook, command line and pipeline: what they say about a step is the same text. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command as apply } from '#cli/commands/apply.ts';
import { command as check } from '#cli/commands/check.ts';
import { command as explain } from '#cli/commands/explain.ts';
import { command as sweep } from '#cli/commands/sweep.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import type { Store } from '#ports/store.ts';
import { runCommand } from '#test/support/cli.ts';
import { answerTo, COMMANDED, sayIn } from '#test/support/commands.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { aDelivery, aStore, startWorker } from '#test/support/service.ts';

let world: EngagementWorld;
let store: Store;
let remove: () => Promise<void>;

beforeEach(async () => {
  world = await startEngagement({ process: COMMANDED });
  ({ store, remove } = await aStore());
  await world.apply();
  await world.walk('first');
});

afterEach(async () => {
  await store.close();
  await remove();
  await world.close();
});

interface Explained {
  readonly steps: readonly {
    readonly step: string;
    readonly verdict: string;
    readonly wouldChange: readonly string[];
  }[];
}

interface Checked {
  readonly engagements: readonly {
    readonly steps: readonly {
      readonly step: string;
      readonly findings: readonly {
        readonly message: string;
        readonly missing: readonly string[];
        readonly fix: readonly string[];
      }[];
    }[];
  }[];
}

/** As a webhook wakes it: through the inbox and the worker. */
async function byWebhook(): Promise<string> {
  const issue = world.issue('second');
  const note = sayIn(world, 'eli', issue, '/ps explain');
  const worker = startWorker(world.deps, store);
  await store.put(aDelivery({ kind: 'note', payload: { event: 'note', itemId: issue.id, noteId: note.id } }));
  await worker.quiet();
  await worker.stop();
  return answerTo(world, issue, note);
}

it('a comment, the command line and a pipeline give the same verdict in the same words', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'procession-verdicts-'));
  const comment = await byWebhook();
  const told = await runCommand(explain, ['SOW-1042', 'second', '--json'], world.deps);
  const gate = await runCommand(
    check,
    ['SOW-1042', '--until', 'second', '--json', '--junit', join(folder, 'check.xml')],
    world.deps,
  );
  const junit = await readFile(join(folder, 'check.xml'), 'utf8');
  await rm(folder, { recursive: true });

  const explained = (JSON.parse(told.stdout) as Explained).steps.find(({ step }) => step === 'second');
  const [finding] =
    (JSON.parse(gate.stdout) as Checked).engagements[0]?.steps.find(({ step }) => step === 'second')
      ?.findings ?? [];
  expect(explained?.verdict).toBe('ready: nothing is in the way');
  expect(comment).toContain(`**second**: ${inlineText(explained?.verdict ?? '')}`);
  // What is to be typed is marked as code in a comment.
  const words = comment.replaceAll('`', '');
  for (const todo of explained?.wouldChange ?? []) expect(words).toContain(`To do: ${todo}.`);
  expect(gate.code).toBe(1);
  expect(finding?.missing).toEqual([
    'not ticked: Hold it',
    'evidence "Held on" is empty',
    'the approval by somebody with the role manager is missing',
  ]);
  expect(explained?.wouldChange.slice(0, -1)).toEqual(finding?.fix);
  for (const text of [finding?.message ?? '', ...(finding?.missing ?? [])])
    expect(junit).toContain(text.replaceAll('"', '&quot;'));
});

describe('the same facts', () => {
  interface Pause {
    readonly kinds: readonly string[];
    readonly state: string;
    readonly notes: readonly string[];
  }

  /** What comes of wrong closes at once, each answered by one of the three. */
  async function fight(answer: () => Promise<string>): Promise<Pause> {
    const kinds: string[] = [];
    for (let time = 1; time <= 5; time += 1) {
      world.by('eli').close(world.issue('second'));
      kinds.push(await answer());
    }
    return {
      kinds,
      state: world.issue('second').state,
      notes: world.notesOf(world.epic(), 'fuse').map(({ body }) => body),
    };
  }

  async function anew(): Promise<void> {
    await world.close();
    world = await startEngagement({ process: COMMANDED });
    await world.apply();
    await world.walk('first');
  }

  it('trip the fuse alike behind the webhook, on the command line, in a sweep of CI, and in turns', async () => {
    const byService = async (): Promise<string> => {
      const worker = startWorker(world.deps, store);
      await store.put(aDelivery());
      await worker.quiet();
      await worker.stop();
      return worker.outcomes.at(-1)?.kind ?? 'nothing';
    };
    const byApply = async (): Promise<string> => {
      const told = await runCommand(apply, ['SOW-1042', '--json'], world.deps);
      return (JSON.parse(told.stdout) as { readonly outcome: string }).outcome;
    };
    const bySweep = async (): Promise<string> => {
      const told = await runCommand(sweep, ['--json'], world.deps);
      const { engagements } = JSON.parse(told.stdout) as {
        readonly engagements: readonly { readonly outcome: string }[];
      };
      return engagements[0]?.outcome ?? 'nothing';
    };
    const turns = [byService, bySweep, byApply, byService, bySweep];
    const inTurns = async (): Promise<string> => (await turns.shift()?.()) ?? 'nothing';

    const pauses: Pause[] = [];
    for (const answer of [byService, byApply, bySweep, inTurns]) {
      pauses.push(await fight(answer));
      await anew();
    }

    expect(pauses[0]).toMatchObject({
      kinds: ['applied', 'applied', 'applied', 'paused', 'paused'],
      state: 'closed',
      notes: [expect.stringContaining('another machine')],
    });
    for (const pause of pauses) expect(pause).toEqual(pauses[0]);
  });
});
