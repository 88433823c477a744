import { join, resolve } from 'node:path';
import { tellBroken } from '#cli/targets/broken-processes.ts';
import { DEALS_OPTIONS, DEALS_RULE, scopeOf } from '#cli/targets/deals-shown.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import { writeText } from '#cli/terminal/files.ts';
import { counted } from '#domain/base/sentence.ts';
import { readPortfolio } from '#reconciler/portfolio/portfolio-reader.ts';
import { portfolioMarkdown } from '#render/portfolio-markdown.ts';

export const command: Command = {
  name: 'report',
  summary: 'who is waited for, since when, and what is late, across all engagements',
  usage: '[options]',
  positionals: { min: 0, max: 0 },
  options: {
    out: {
      type: 'string',
      placeholder: 'folder',
      help: 'Write the report as web pages, Markdown and JSON into this folder',
    },
    json: { type: 'boolean', help: 'Print the report as JSON' },
    ...DEALS_OPTIONS,
  },
  details: [
    'Reads every engagement in bulk and writes nothing to GitLab. Prints Markdown; --out writes index.html, report.json, report.md and for each engagement a page and a JSON file, which need no server: made for GitLab Pages and job artifacts.',
    'It holds names of customers and people, and no amounts. Whoever may read the pages need not be in the group: publish them where only those may look who may.',
    DEALS_RULE,
    'Exit codes: 0 done, also beside a process that has problems, which is told; 2 settings, 4 GitLab refused, 75 try again.',
  ].join('\n\n'),
  examples: ['procession report', 'procession report --out public', 'procession report --json > report.json'],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const { wire, output } = context;
  const folder = context.text('out');
  const scope = scopeOf(context, folder !== undefined);
  const deps = await wire.deps({ despiteProblems: true });
  const portfolio = await readPortfolio(deps, wire.clock.now(), scope);
  if (folder !== undefined) {
    // Loaded only here: printing needs no pages.
    const { reportFiles } = await import('#render/report-files.ts');
    const files = reportFiles(portfolio);
    for (const [index, { path, text }] of files.entries()) {
      output.progress(index + 1, files.length, path);
      await writeText(resolve(context.cwd, folder, path), join(folder, path), text);
    }
    output.clearProgress();
    output.note(
      `${counted(portfolio.counts.engagements, 'engagement')} written to ${join(folder, 'index.html')}${scope.withoutDeals ? ', deals left out' : ''}.`,
    );
  }
  if (context.flag('json')) output.json(portfolio);
  else if (folder === undefined) output.result(portfolioMarkdown(portfolio));
  tellBroken(context, deps.processes);
  return EXIT.done;
}
