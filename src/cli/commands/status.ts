import { tellBroken } from '#cli/targets/broken-processes.ts';
import { DEALS_OPTIONS, DEALS_RULE, scopeOf } from '#cli/targets/deals-shown.ts';
import type { Command } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import { readPortfolio } from '#reconciler/portfolio/portfolio-reader.ts';
import { statusText } from '#render/status-text.ts';

/** Command `status`. */
export const command: Command = {
  name: 'status',
  summary: 'one screen: who is waited for, what is late, what is broken',
  usage: '[options]',
  positionals: { min: 0, max: 0 },
  options: DEALS_OPTIONS,
  details: [
    'Reads every engagement in bulk and writes nothing. Shows the most urgent lines; procession report has all of them, as Markdown, JSON and pages, and procession check fails on what is broken.',
    DEALS_RULE,
    'Exit codes: 0 done, whatever it says; 2 settings, 4 GitLab refused, 75 try again.',
  ].join('\n\n'),
  examples: ['procession status'],
  run: async (context) => {
    const { wire, output } = context;
    const deps = await wire.deps({ despiteProblems: true });
    const portfolio = await readPortfolio(deps, wire.clock.now(), scopeOf(context, false));
    output.result(statusText(portfolio, output.paint));
    tellBroken(context, deps.processes);
    return EXIT.done;
  },
};
