import { resolve } from 'node:path';
import { CHANGED_SINCE, type ChosenTargets, chooseTargets } from '#cli/targets/chosen-targets.ts';
import { LAUNCH_OPTIONS } from '#cli/targets/decide-target.ts';
import { type PlanRun, planAll, planRunData, planRunNote, planRunText } from '#cli/targets/plan-run.ts';
import { isEmpty, plannedData, plannedText, planTarget } from '#cli/targets/planned.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT, mostSevere } from '#cli/terminal/exit-code.ts';
import { writeText } from '#cli/terminal/files.ts';
import { toJson } from '#cli/terminal/output.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { GitLabRefusedError } from '#domain/base/errors.ts';
import { isSameUser } from '#domain/base/username.ts';
import { PLAN_NOTE_RULE } from '#domain/policy/reviewed-plans.ts';

export const command: Command = {
  name: 'plan',
  summary: 'show what would change in GitLab, and why',
  usage: '[sow.yml|SOW-n…] [options]',
  positionals: { min: 0, max: 1000 },
  options: {
    ...LAUNCH_OPTIONS,
    'changed-since': CHANGED_SINCE,
    offline: {
      type: 'boolean',
      help: 'Plan a SOW file against an empty GitLab; also done when GITLAB_TOKEN is not set',
    },
    json: { type: 'boolean', help: 'Print the plan as JSON' },
    out: { type: 'string', placeholder: 'file', help: 'Write the plan as JSON, for procession apply <file>' },
    note: {
      type: 'boolean',
      help: 'In a merge request pipeline: also as one note on the merge request, edited in place',
    },
    'detailed-exit-code': { type: 'boolean', help: 'Exit with 5 when there is something to do' },
  },
  details: [
    'Reads GitLab, decides, and shows the difference; writes nothing to GitLab but the note that --note asks for. A SOW file shows what applying it would do; a SOW number shows what the next sweep would do to a running engagement.',
    'With --changed-since, every SOW file that changed since a commit is planned; when a process or procession.yml changed, every running engagement as well, and those with nothing to do are only counted.',
    'Signs: + create, ~ change, - close, ⇒ link, ✎ note. The epic comes first, then the steps in the order people read them.',
    'Exit codes: 0 planned (also when there is nothing to do, or the SOW is not won yet), 5 something to do (with --detailed-exit-code), 2 settings, 3 SOW or engagement, 4 GitLab refused, 75 try again. Of several, one that fails does not stop the others, and the code is that of the worst.',
  ].join('\n\n'),
  examples: [
    'procession plan sows/SOW-1042.yml',
    'procession plan sows/SOW-1042.yml --process delivery --profile strict --offline',
    'procession plan SOW-1042 --detailed-exit-code',
    'procession plan sows/SOW-1042.yml --out plan.json   # look at it, then: procession apply plan.json',
    'procession plan --changed-since origin/main --out plan.json',
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const targets = await chooseTargets(context, 'plan');
  for (const it of targets.chosen)
    if (it.kind === 'target' && it.target.kind === 'plan-file')
      throw new UsageError(
        `${it.word} is a plan already. To carry it out: procession apply ${it.word}`,
        'procession plan --help',
      );
  const notePlace = context.flag('note') ? mergeRequestOf(context) : null;
  return targets.many || notePlace !== null
    ? await runMany(context, targets, notePlace)
    : await runOne(context, targets);
}

async function runOne(context: CommandContext, { chosen }: ChosenTargets): Promise<number> {
  const [only] = chosen;
  if (only?.kind !== 'target' || only.target.kind === 'plan-file') return EXIT.done;
  const planned = await planTarget(context, only.target);
  const data = plannedData(context, planned);
  if (planned.kind === 'planned') await writeOut(context, data);
  if (context.flag('json')) context.output.json(data);
  else context.output.result(plannedText(context, planned, context.output.paint));
  tellOut(context);
  return context.flag('detailed-exit-code') && !isEmpty(planned) ? EXIT.planNotEmpty : EXIT.done;
}

async function runMany(
  context: CommandContext,
  targets: ChosenTargets,
  mergeRequestIid: number | null,
): Promise<number> {
  const plans = await planAll(context, targets);
  context.output.clearProgress();
  const data = planRunData(context, plans);
  await writeOut(context, data);
  if (context.flag('json')) context.output.json(data);
  else context.output.result(planRunText(context, plans));
  tellOut(context);
  if (mergeRequestIid !== null) await writeNote(context, plans, mergeRequestIid);
  const failed = mostSevere(plans.failed.map(({ exit }) => exit));
  if (failed !== EXIT.done) return failed;
  const something = plans.planned.some((planned) => !isEmpty(planned));
  return context.flag('detailed-exit-code') && something ? EXIT.planNotEmpty : EXIT.done;
}

async function writeOut(context: CommandContext, data: unknown): Promise<void> {
  const out = context.text('out');
  if (out !== undefined) await writeText(resolve(context.cwd, out), out, `${toJson(data)}\n`);
}

function tellOut(context: CommandContext): void {
  const out = context.text('out');
  if (out !== undefined)
    context.output.note(`Plan written to ${out}. To carry it out: procession apply ${out}`);
}

/** `null`, with a word about it, where no note can be written: the plan itself is still worth showing. */
function mergeRequestOf({ wire, output }: CommandContext): number | null {
  const { mergeRequestIid, projectId } = wire.ci();
  if (mergeRequestIid === null || projectId === null)
    throw new UsageError(
      '--note needs a merge request pipeline of GitLab CI: CI_MERGE_REQUEST_IID and CI_PROJECT_ID are not set. Leave --note out elsewhere.',
      'procession plan --help',
    );
  if (wire.hasGitLab()) return mergeRequestIid;
  output.warning(
    'No note is written: GITLAB_TOKEN is not set in this pipeline. Protected variables are not given to merge request pipelines of unprotected branches; see docs/ci.md.',
  );
  return null;
}

/** Whoever may push a branch can read the token of this job. */
async function warnOfUser({ wire, output }: CommandContext, username: string): Promise<void> {
  const { reviewer } = wire.config();
  if (reviewer === null)
    output.warning(
      `This note is by ${username}. If that is the user of the protected GITLAB_TOKEN too, whoever can push a branch can act as Procession: give PROCESSION_MERGE_REQUEST_TOKEN a user of its own with fewer rights, and name it in procession.yml (gitlab.reviewer); see docs/ci.md.`,
    );
  else if (!isSameUser(username, reviewer))
    output.warning(
      `This note is by ${username}, and gitlab.reviewer in procession.yml is ${reviewer}: apply takes nothing here as reviewed.`,
    );
}

async function writeNote(context: CommandContext, plans: PlanRun, iid: number): Promise<void> {
  const mergeRequests = await context.wire.mergeRequests();
  await warnOfUser(context, await mergeRequests.whoAmI());
  try {
    const done = await mergeRequests.ensureNote(iid, PLAN_NOTE_RULE, planRunNote(context, plans));
    context.output.note(`Note on merge request !${iid}: ${done}.`);
  } catch (error) {
    if (!(error instanceof GitLabRefusedError) || error.status !== 403) throw error;
    context.output.warning(
      `The note on merge request !${iid} could not be written: ${error.message} The plan stands above and in the artifact of this job. A token with the scope api, of a user with the role Reporter, writes it; see docs/ci.md.`,
    );
  }
}
