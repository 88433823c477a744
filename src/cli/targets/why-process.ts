/** Why a SOW or a deal is launched by its process: what was named, or what the settings say. */
import type { CommandContext } from '#cli/terminal/command.ts';
import { launchReason } from '#domain/process/launch.ts';
import { isDeal, type Subject } from '#domain/sow/subject.ts';
import { visible } from '#render/paint.ts';

/** The reason in lines, the first whole by itself. */
export function whyProcess(context: CommandContext, subject: Subject): readonly string[] {
  const { launch, deals } = context.wire.settings();
  if (context.text('process') !== undefined) return ['Process: named with --process.'];
  if (isDeal(subject))
    return [
      deals.process === null
        ? 'Process: the one that is about deals.'
        : 'Process: deals.process in procession.yml.',
    ];
  return launchReason(subject, launch).map(visible);
}
