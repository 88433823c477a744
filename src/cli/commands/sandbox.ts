import { announce } from '#cli/targets/playing.ts';
import type { Command } from '#cli/terminal/command.ts';
import { portOf } from '#cli/terminal/port.ts';

export const command: Command = {
  name: 'sandbox',
  summary: 'the GitLab stand-in alone, seeded, until Ctrl-C',
  usage: '[--port <n>]',
  positionals: { min: 0, max: 0 },
  options: { port: { type: 'string', placeholder: 'n', help: 'the port to use (default 8929)' } },
  details:
    'Starts an empty stand-in for GitLab on this machine: REST API, webhooks and pages, with a group, a project and a few people, and prints the address and tokens. Point GITLAB_URL and GITLAB_TOKEN at it to try commands without a GitLab. Nothing is kept when it ends.',
  examples: [
    'procession sandbox',
    'GITLAB_URL=http://127.0.0.1:8929 GITLAB_TOKEN=glpat-sandbox-bot procession apply sows/SOW-1042.yml',
  ],
  run: async (context) => {
    const { wire, output } = context;
    const demo = await import('#demo/run-demo.ts');
    const world = await demo.openSandbox({
      processes: await wire.processes(),
      logger: wire.logger,
      host: '127.0.0.1',
      port: portOf(context, 'sandbox') ?? 8929,
      engine: false,
    });
    const { bot, ada, mira, eli, noor, casey, gus, otto } = world.seed;
    announce(output, world.url, [
      `group ${world.seed.group.path}, project ${world.seed.group.path}/${world.seed.project.path}`,
      ...[bot, ada, mira, eli, noor, casey, gus, otto].map(({ user, token }) => `${user.username}: ${token}`),
    ]);
    await context.untilInterrupted();
    await world.close();
    return 0;
  },
};
