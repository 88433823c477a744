import { resolve } from 'node:path';
import { brokenData, tellBroken } from '#cli/targets/broken-processes.ts';
import { dealStagesOf } from '#cli/targets/launch-missing.ts';
import { findLostIntakes } from '#cli/targets/lost-intakes.ts';
import { parseKey } from '#cli/targets/target.ts';
import { requireProcesses, undecidedError } from '#cli/targets/undecided.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT, mostSevere } from '#cli/terminal/exit-code.ts';
import { writeText } from '#cli/terminal/files.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { didYouMean } from '#domain/base/closest.ts';
import { shown } from '#domain/base/input-problem.ts';
import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import { checkEngagement, type EngagementCheck, findingsOf, unjudged } from '#domain/explain/check.ts';
import { notSeen, type Trace } from '#domain/explain/not-seen.ts';
import type { ActualStates } from '#ports/gitlab.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { createKnownChain, dealsLast, type KnownChain } from '#reconciler/loop/deals-last.ts';
import { judge } from '#reconciler/loop/decide.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { readWhole } from '#reconciler/loop/look-closer.ts';
import type { Undecided } from '#reconciler/loop/undecided.ts';
import { tracesOf, undecidedFinding } from '#reconciler/loop/undecided.ts';
import { junitXml } from '#render/check-junit.ts';
import { checkMarkdown } from '#render/check-markdown.ts';
import { checkText } from '#render/check-text.ts';

export const command: Command = {
  name: 'check',
  summary: 'fail when completion or order rules are broken; writes nothing to GitLab',
  usage: '[SOW-n…] [options]',
  positionals: { min: 0, max: 1000 },
  options: {
    until: {
      type: 'string',
      placeholder: 'step',
      help: 'Also fail unless this step is done, for example --until kick-off',
    },
    'of-project': {
      type: 'boolean',
      help: 'Judge by procession.yml and the processes on the default branch of the project of the issues, not by those of this folder; its user needs to see the code (Reporter)',
    },
    intake: {
      type: 'string',
      placeholder: 'job',
      help: 'In a pipeline: also fail on trigger pipelines of the last seven days whose job of this name did not take in what they brought',
    },
    junit: {
      type: 'string',
      placeholder: 'file',
      help: 'Write a JUnit report, shown by GitLab in pipelines and merge requests',
    },
    markdown: { type: 'string', placeholder: 'file', help: 'Write a summary as Markdown' },
    json: { type: 'boolean', help: 'Print the findings as JSON' },
  },
  details: [
    'Looks at the given engagements, or at all, and says which rules are broken: steps closed although an earlier step, a checklist item or evidence is missing; steps moved on while they are blocked; epics closed before their closing steps. Reads only.',
    'What sweep undoes is no longer broken, so after a sweep only new breaches show. To hold a pipeline until a step is done, use --until.',
    'A process that has problems stops nothing of the others: its problems are told, and its engagements are judged by the frozen version that they run on, or not at all.',
    'Exit codes: 0 every rule is kept, 1 rules are broken, 2 settings, options or a process, 3 there is no such engagement, 4 GitLab refused, 75 try again.',
  ].join('\n\n'),
  examples: [
    'procession check',
    'procession check SOW-1042 --until kick-off',
    'procession check --junit check.xml --markdown check.md',
  ],
  run,
};

const UNSEALED_WARNING =
  'warning: records in GitLab carry no seal, because seal.keys in procession.yml is empty: whoever may edit a description may change what these verdicts go by (docs/trust.md).';

async function run(context: CommandContext): Promise<number> {
  const engagements = context.positionals.map(parseKey);
  const deps = await (context.flag('of-project')
    ? context.wire.projectDeps()
    : context.wire.deps({ despiteProblems: true }));
  const until = untilStep(context, deps);
  if (!deps.seal.required) context.output.warning(UNSEALED_WARNING);
  const states = await readStates(deps, engagements);
  const judged: EngagementCheck[] = [];
  const traces: Trace[] = [];
  let done = 0;
  const chain = createKnownChain(deps.settings);
  for await (const state of dealsLast(states)) {
    done += 1;
    context.output.progress(done, states.length, state.engagement);
    const check = await checkState(deps, state, { until, asked: engagements.length > 0, chain });
    if ('steps' in check) judged.push(check);
    else traces.push(...tracesOf(state.engagement, check));
  }
  context.output.clearProgress();
  const seen = new Set(judged.map(({ engagement }) => engagement));
  if (engagements.length === 0) traces.push(...(await knownOtherwise(context, deps, seen)));
  const intake = context.text('intake');
  const lost = intake === undefined ? [] : await findLostIntakes(context, intake);
  const checks = [...judged, ...notSeen(seen, traces), ...lost];
  if (judged.length + traces.length === 0) requireProcesses(deps.processes);
  const junit = context.text('junit');
  if (junit !== undefined) await writeText(resolve(context.cwd, junit), junit, junitXml(checks));
  const markdown = context.text('markdown');
  if (markdown !== undefined)
    await writeText(resolve(context.cwd, markdown), markdown, checkMarkdown(checks));
  if (context.flag('json')) context.output.json(checkData(checks, deps));
  else context.output.result(checkText(checks, context.output.paint));
  const found = checks.some((check) => findingsOf(check).length > 0) ? EXIT.violations : EXIT.done;
  return mostSevere([found, tellBroken(context, deps.processes)]);
}

/** @throws UsageError when no process has this step */
function untilStep(context: CommandContext, { processes }: ReconcileDeps): StepKey | null {
  const until = context.text('until');
  if (until === undefined) return null;
  const steps = processes.ids.flatMap((id) => processes.find(id, null)?.steps.map((step) => step.id) ?? []);
  if (steps.includes(until)) return until;
  throw new UsageError(
    `--until: there is no step ${shown(until)}. ${didYouMean(until, steps, `Steps: ${[...new Set(steps)].join(', ')}.`)}`,
    'procession check --help',
  );
}

/** What labels of the group and SOW files say there should be. */
async function knownOtherwise(
  { wire }: CommandContext,
  { gitlab, processes }: ReconcileDeps,
  seen: ReadonlySet<EngagementKey>,
): Promise<readonly Trace[]> {
  const launched = await gitlab.readLaunched();
  const won = await wire.launchingFiles(seen, dealStagesOf(processes));
  return [
    ...launched.map((engagement) => ({ kind: 'label', engagement }) as const),
    ...won.map(({ number, file }) => ({ kind: 'sow-file', engagement: number, file }) as const),
  ];
}

async function readStates(
  { gitlab }: ReconcileDeps,
  engagements: readonly EngagementKey[],
): Promise<ActualStates> {
  if (engagements.length === 0) return await gitlab.readAll();
  const states: ActualState[] = [];
  for (const engagement of new Set(engagements)) {
    states.push(await readWhole(gitlab, engagement));
  }
  return states;
}

/** @throws InvalidInputError when an engagement that was asked for does not exist */
async function checkState(
  deps: ReconcileDeps,
  state: ActualState,
  {
    until,
    asked,
    chain,
  }: { readonly until: StepKey | null; readonly asked: boolean; readonly chain: KnownChain },
): Promise<EngagementCheck | Undecided> {
  const { known } = chain;
  const decision = await judge(deps, state, asked ? { comments: LOOK_EVERYWHERE, known } : { known });
  chain.keep(state.engagement, decision);
  if (decision.kind === 'decided')
    return checkEngagement(decision.facts.assessment, decision.facts.found, until);
  if (decision.kind === 'record-damaged' || decision.kind === 'unknown-process')
    return undecidedCheck(state, decision);
  const isLeft = decision.kind === 'absent' && decision.left.length > 0;
  if (asked && !isLeft && decision.kind !== 'not-won')
    throw undecidedError(state.engagement, decision, deps.processes.ids);
  return decision;
}

function undecidedCheck(
  { engagement, epics }: ActualState,
  undecided: Extract<Undecided, { kind: 'record-damaged' | 'unknown-process' }>,
): EngagementCheck {
  return unjudged(engagement, epics[0]?.url ?? null, undecidedFinding(engagement, undecided));
}

function checkData(
  checks: readonly EngagementCheck[],
  { processes }: ReconcileDeps,
): Readonly<Record<string, unknown>> {
  const findings = checks.reduce((sum, check) => sum + findingsOf(check).length, 0);
  const problems = brokenData(processes);
  return {
    version: 1,
    passed: findings + problems.length === 0,
    findings,
    engagements: checks,
    ...(problems.length === 0 ? {} : { problems }),
  };
}
