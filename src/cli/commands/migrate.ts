import { migrateTier } from '#cli/targets/migrate-tier.ts';
import { carryOutFile, goalOf, planMigrations } from '#cli/targets/migrate-version.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';

export const command: Command = {
  name: 'migrate',
  summary: 'running engagements to another version of their process; after a move to Premium, to epics',
  usage: '<process>|<m.json>|tier [SOW-n…] [options]',
  positionals: { min: 0, max: 1_000 },
  options: {
    to: { type: 'string', placeholder: 'n', help: 'The version that engagements are to go by' },
    back: { type: 'boolean', help: 'Undo the last migration of each engagement' },
    texts: { type: 'boolean', help: 'The newest texts of the version that each engagement has' },
    deal: {
      type: 'string',
      placeholder: 'file',
      help: 'The deal that the one engagement named becomes, where it is not in deals/',
    },
    out: {
      type: 'string',
      placeholder: 'file',
      help: 'Write what was planned, for procession migrate <file>',
    },
    'dry-run': { type: 'boolean', help: 'With tier: show what would change, and write nothing' },
    json: { type: 'boolean', help: 'Print the result as JSON' },
  },
  details: [
    'An engagement keeps the version of its process that it was launched with. With a process, this plans what another version would mean for every running engagement of it, or for those named, and writes nothing: which steps are new, called otherwise, retired or come too late. The mapping is issue_templates/<process>/versions/<a>-to-<b>.yml. Naming engagements shows every change; without, they are grouped at the end.',
    'With the file that --out wrote, it carries that out: GitLab is read and planned again, and what means something else by now is refused. After a crash or Ctrl-C the same command completes the work. What is done stays done, nothing is judged again, and people read of it in one comment on the epic. --back undoes exactly what the last migration of each engagement did, planned and carried out in the same way. How to write versions and mappings: docs/process-versions.md.',
    '--texts is for words that were mended without a new version: what Procession keeps up to date in issues that exist (its own lines, kept sections, titles that nobody changed) follows, and issues that are made later have the new text. What people wrote, and what is done, stays as it is.',
    'Where the version is about deals and the engagement about a SOW (quote-to-signoff, version 1 to 2), it gets the key of its deal: of the file in deals/ that names it as its SOW, or of --deal <file>. Labels, our lines and titles that nobody changed follow, all of it becomes confidential where deals have no place of their own, and the number is free for the delivery. There is no way back from this. More: docs/deals.md.',
    'Engagements that are closed, paused or on hold keep their version, and so do those that have something to settle first; the reason is shown.',
    'migrate tier is for the move from GitLab Free to Premium: an engagement that was held together by a tracking issue gets an epic with its title, the whole description and its labels; every step is put into it, blocking links are added, and the tracking issue is closed with a comment that names the epic. Look first with --dry-run; a second run changes nothing. Without a word, or with SOW numbers alone, migrate does this, too.',
    'Exit codes: 0 done, or nothing to do; 2 settings, process or mapping, 3 an engagement or a plan that does not fit any more, 4 this GitLab has no epics, or it refused, 75 try again.',
  ].join('\n\n'),
  examples: [
    'procession migrate delivery --to 2',
    'procession migrate delivery --to 2 SOW-1042 --out m.json   # look at it, then: procession migrate m.json',
    'procession migrate delivery --texts --out m.json           # words that were mended since',
    'procession migrate quote-to-signoff --to 2 SOW-1042 --out m.json   # SOW-1042 becomes the deal that names it',
    'procession migrate delivery --back SOW-1042 --out m.json',
    'procession migrate tier --dry-run',
  ],
  run,
};

const HELP = 'procession migrate --help';

async function run(context: CommandContext): Promise<number> {
  const [first, ...rest] = context.positionals;
  if (first === 'tier') return await migrateTier(context, rest);
  const isVersions = context.text('to') !== undefined || context.flag('back') || context.flag('texts');
  if (!isVersions && context.positionals.every((word) => word.startsWith('SOW-'))) {
    context.output.note('This is procession migrate tier; without that word it goes on working.');
    return await migrateTier(context, context.positionals);
  }
  if (context.flag('dry-run'))
    throw new UsageError(
      '--dry-run belongs to procession migrate tier. Between versions, planning writes nothing anyway.',
      HELP,
    );
  if (first?.endsWith('.json') === true) {
    if (rest.length > 0 || isVersions)
      throw new UsageError('A planned migration is carried out whole: name the file alone.', HELP);
    return await carryOutFile(context, first);
  }
  if (first === undefined || first.startsWith('SOW-'))
    throw new UsageError('Name the process first: procession migrate delivery --to 2 SOW-1042.', HELP);
  const deal = context.text('deal');
  if (deal !== undefined && rest.length !== 1)
    throw new UsageError('--deal names the deal of one engagement: name that engagement, too.', HELP);
  return await planMigrations(
    context,
    goalOf(context, first, versionAsked(context), () => deal),
    rest,
  );
}

/** @returns `null` for the way back */
function versionAsked(context: CommandContext): number | 'texts' | null {
  const to = context.text('to');
  const [back, texts] = [context.flag('back'), context.flag('texts')];
  if (back && !texts && to === undefined) return null;
  if (texts && !back && to === undefined) return 'texts';
  if (back || texts || to === undefined)
    throw new UsageError(
      'Say where to: --to <n> for a version, --texts for newer texts of the same one, or --back to undo the last migration.',
      HELP,
    );
  if (!/^[1-9]\d{0,3}$/.test(to))
    throw new UsageError(`--to: expected the number of a version, got "${to}".`, HELP);
  return Number(to);
}
