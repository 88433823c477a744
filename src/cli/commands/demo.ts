import { announce, sampleDeals, samples } from '#cli/targets/playing.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { portOf } from '#cli/terminal/port.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import type { Outcome } from '#reconciler/loop/reconcile.ts';

/** Milliseconds between two rounds of steps: long enough to see cards move. */
const WATCHING_PACE = 1000;

export const command: Command = {
  name: 'demo',
  summary: 'one sample SOW through its whole life on a GitLab stand-in; no GitLab needed',
  usage: '[--all [--free]] [--serve] [--port <n>]',
  positionals: { min: 0, max: 0 },
  options: {
    serve: {
      type: 'boolean',
      help: 'stay open in the browser, with the engine answering every click',
    },
    all: {
      type: 'boolean',
      help: 'all sample SOWs and deals to their ends, told briefly, each by its process',
    },
    free: {
      type: 'boolean',
      help: 'with --all: on GitLab Free, where a tracking issue stands in for an epic',
    },
    port: { type: 'string', placeholder: 'n', help: 'the port to use (any free one; 8929 with --serve)' },
  },
  details: [
    'Starts the sandbox on this machine, launches sows/SOW-1042.yml and walks it through its life: steps closed too early are undone with a reason, steps done in order make the next ones ready, and at last the epic closes itself. Every scene is checked: the command fails when something does not happen.',
    'With --serve it launches two more sample SOWs and stays, so that you can play: act as any person, close, tick, relabel, comment, move cards. Ctrl-C ends it; nothing is kept.',
    'With --all it walks the three sample SOWs and the two sample deals to their ends, with the deliveries that come of the deals. With --serve as well it goes at a pace at which the pages can be watched, and stays.',
  ].join('\n\n'),
  examples: [
    'procession demo',
    'procession demo --serve',
    'procession demo --all',
    'procession demo --all --serve',
  ],
  run: async (context) => {
    const { wire } = context;
    const stays = context.flag('serve');
    const all = context.flag('all');
    if (context.flag('free') && !all)
      throw new UsageError('--free goes with --all.', 'procession demo --all --free');
    if (all) return await walkAll(context, stays);
    const demo = await import('#demo/run-demo.ts');
    const [sow, ...others] = await samples(wire, ['SOW-1042', 'SOW-1043', 'SOW-1044']);
    if (sow === undefined) return 3;
    const world = await demo.openSandbox({
      processes: await wire.processes(),
      logger: wire.logger,
      host: '127.0.0.1',
      port: playingPort(context, stays),
      onOutcome: (engagement, outcome) => {
        if (playing) context.output.note(`${engagement}: ${outcomeText(outcome)}`);
      },
    });
    let playing = false;
    try {
      const started = performance.now();
      const { requests } = await demo.walkThrough(world, sow, narrator(context));
      context.output.result(
        `\nDone in ${((performance.now() - started) / 1000).toFixed(1)} s with ${requests} requests to GitLab.${stays ? '' : ' Play it yourself: procession demo --serve (in a checkout: npm run demo -- --serve)'}`,
      );
      if (stays) {
        await demo.launchAll(world, others);
        playing = true;
        invite(
          context,
          world.url,
          others.map((other) => other.sow.number),
        );
        await context.untilInterrupted();
      }
    } finally {
      await world.close();
    }
    return 0;
  },
};

/** A port that can be told to others when the demo stays, else any. */
function playingPort(context: CommandContext, stays: boolean): number {
  return portOf(context, 'demo') ?? (stays ? 8929 : 0);
}

async function walkAll(context: CommandContext, stays: boolean): Promise<number> {
  const { wire, output } = context;
  const demo = await import('#demo/run-demo.ts');
  const world = await demo.openForAll({
    processes: await wire.processes(),
    logger: wire.logger,
    host: '127.0.0.1',
    port: playingPort(context, stays),
    tier: context.flag('free') ? 'free' : 'premium',
  });
  try {
    if (stays) inviteToWatch(context, world.url);
    const started = performance.now();
    const sows = await samples(wire, ['SOW-1042', 'SOW-1043', 'SOW-1044']);
    const deals = await sampleDeals(wire, ['DEAL-88121', 'DEAL-88240']);
    const { engagements, requests } = await demo.walkAll(
      world,
      { sows, deals, pace: stays ? WATCHING_PACE : 0 },
      narrator(context),
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    output.result(
      `\n${engagements.join(', ')}: all closed, in ${seconds} s with ${requests} requests to GitLab.`,
    );
    if (stays) {
      output.result('Everything stays open in the browser. Ctrl-C ends it.');
      await context.untilInterrupted();
    }
  } finally {
    await world.close();
  }
  return 0;
}

function inviteToWatch({ output }: CommandContext, url: string): void {
  announce(output, url, [
    `Open ${url}/groups/services and watch: the pages follow what happens, a second for each round of steps.`,
  ]);
  output.result('');
}

function invite({ output }: CommandContext, url: string, running: readonly string[]): void {
  output.result('');
  announce(output, url, [
    `Running: ${running.join(', ')}. Act as mira (manager), eli or noor (engineers), casey (customer) or gus (guest).`,
    `Epics: ${url}/groups/services`,
    `Board: ${url}/groups/services/-/boards`,
    'Close a step too early, or do one properly, and see what happens. Ctrl-C ends it.',
  ]);
}

/** What the engine did, in a line: `write-note, update-issue`. */
function outcomeText(outcome: Outcome): string {
  return outcome.kind === 'applied' ? outcome.plan.actions.map(({ kind }) => kind).join(', ') : outcome.kind;
}

function narrator({ output }: CommandContext): {
  scene(title: string): void;
  fact(text: string, url?: string): void;
} {
  let scene = 0;
  return {
    scene: (title) => {
      scene += 1;
      output.result(
        `${scene === 1 ? '' : '\n'}${output.paint('heading', `${String(scene).padStart(2)}. ${title}`)}`,
      );
    },
    fact: (text, url) => {
      output.result(`    ${text}`);
      if (url !== undefined) output.result(`    ${output.paint('link', url)}`);
    },
  };
}
