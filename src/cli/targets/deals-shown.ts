import type { CommandContext, CommandOption } from '#cli/terminal/command.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import type { PortfolioScope } from '#reconciler/portfolio/portfolio-reader.ts';

/** Options that outrank the setting `deals.in_reports`. */
export const DEALS_OPTIONS = {
  'with-deals': { type: 'boolean', help: 'Deals are in it, whoever may read it' },
  'without-deals': { type: 'boolean', help: 'Nothing of deals is in it' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** A sentence for the help of commands that report. */
export const DEALS_RULE =
  'Deals are in what is printed for whoever holds the token. Files (--out) and jobs of pipelines are read by others, who may not see deals: these leave everything of deals out, unless deals: { in_reports: true } stands in the settings.';

/**
 * Whether deals stay out of a report: as somebody says, else as the settings say where others read it.
 *
 * @param isForOthers the report goes into files
 * @throws UsageError for both options at once
 */
export function scopeOf(context: CommandContext, isForOthers: boolean): PortfolioScope {
  const { wire } = context;
  const [shown, left] = [context.flag('with-deals'), context.flag('without-deals')];
  if (shown && left)
    throw new UsageError('--with-deals and --without-deals say opposite things.', 'Choose one of them.');
  if (shown || left) return { withoutDeals: left };
  const isRead = isForOthers || wire.ci().isJob;
  return { withoutDeals: isRead && !wire.settings().deals.inReports };
}
