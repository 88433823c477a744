import { amendChanged } from '#cli/targets/amend-changed.ts';
import { brokenData, tellBroken } from '#cli/targets/broken-processes.ts';
import { launchMissing } from '#cli/targets/launch-missing.ts';
import { pausedText } from '#cli/targets/outcome.ts';
import { REVIEW_OPTION, reviewModeOf } from '#cli/targets/review.ts';
import { sinceInstant } from '#cli/targets/since.ts';
import { type LookedOnce, openMemory, type SweepState } from '#cli/targets/sweep-state.ts';
import { requireProcesses, undecidedError } from '#cli/targets/undecided.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT, exitCodeOf, mostSevere } from '#cli/terminal/exit-code.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { AppError } from '#domain/base/errors.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { counted } from '#domain/base/sentence.ts';
import { type EngagementCheck, findingsOf } from '#domain/explain/check.ts';
import { notSeen, type Trace } from '#domain/explain/not-seen.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { tracesOf } from '#reconciler/loop/undecided.ts';
import { isSeen, type SweepResult, sweepEach } from '#reconciler/work/sweep.ts';
import { visible } from '#render/paint.ts';
import { doneText, summaryLine, summaryOf } from '#render/plan-summary.ts';

export const command: Command = {
  name: 'sweep',
  summary: 'repair every engagement',
  usage: '[options]',
  positionals: { min: 0, max: 0 },
  options: {
    since: {
      type: 'string',
      placeholder: 'time',
      help: 'Only what changed since then: 2h, 30m, 1d, 2026-03-05 or 2026-03-05T09:00:00Z',
    },
    state: {
      type: 'string',
      placeholder: 'file',
      help: 'Look only at what changed since the last sweep that this file remembers, at reminders that are due and pipelines that run, and in full once a day and when processes or settings changed; the file is written at the end, also when an engagement could not be put right: that one is looked at again',
    },
    'allow-mass-change': {
      type: 'boolean',
      help: 'Go on where a brake (policy.brakes) stops more changes than usual, in one engagement or in many; look at their plans first',
    },
    launch: {
      type: 'boolean',
      help: 'Also launch won SOW files of sows/ of which there is no trace in GitLab, ten at most; with --state, also carry changed SOW files into engagements that run',
    },
    review: REVIEW_OPTION,
    forget: {
      type: 'string',
      placeholder: 'SOW-n',
      help: 'With --state: an engagement that is gone on purpose, so that nobody is told of it any more',
    },
    json: { type: 'boolean', help: 'Print the result as JSON' },
  },
  details: [
    'Does for every running engagement what apply does for one: what a lost webhook left undone, what people changed against the rules, what a crash left half done. Made for CI schedules; a second run changes nothing.',
    'Prints one line for each engagement that was changed, stopped or failed, and a summary. One that fails does not stop the others. Nor does a process that has problems: its engagements are kept in order by the frozen version that they run on, or by their record alone.',
    'Names engagements that are known (from labels of the group, from issues that are left, from earlier sweeps with --state) and of which nothing is seen any more.',
    'With --launch, what should have launched a SOW may be lost: each won SOW file without label, epic, issue and memory of it is launched. Where there is a trace, where two files have one number, or where more than ten are missing, a person is asked.',
    'With --launch and --state, a SOW file that is another than the last sweep saw is carried into its running engagement, as apply --changed-since does; the first sweep only remembers the files.',
    'Exit codes: 0 all in order; else the one that needs a person most: 70 a bug, 4 GitLab refused or a brake stopped one, 2 a process is missing or has problems, 3 a damaged epic, or an engagement that is not seen any more, 75 try again.',
  ].join('\n\n'),
  examples: [
    'procession sweep',
    'procession sweep --since 2h',
    'procession sweep --state .procession/sweep.json --launch',
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const { wire, output } = context;
  const startedAt = wire.clock.now();
  const deps = await wire.deps({ despiteProblems: true });
  const forget = context.text('forget');
  if (forget !== undefined && context.text('state') === undefined)
    throw new UsageError(
      '--forget names an engagement that --state remembers: give --state too.',
      'procession sweep --help',
    );
  const memory = await openMemory(context, deps, startedAt);
  const since = memory === null ? sinceInstant(context.text('since'), startedAt) : memory.since;
  const swept: Looked[] = [];
  const looking = sweepEach(deps, {
    ...(since === null ? {} : { updatedAfter: since }),
    ...memory?.goingBy,
    allowMassChange: context.flag('allow-mass-change'),
    onLook: (engagement, done, total) => output.progress(done + 1, total, engagement),
  });
  const unread = await collect(looking, (result) => swept.push(lookedOf(result, deps.processes)));
  output.clearProgress();
  // Nothing is remembered, nothing is missed, nothing is launched: half of it was not seen.
  if (unread !== null) {
    tell(
      context,
      swept.map(({ line }) => line),
      since,
      memory,
    );
    throw unread;
  }
  const known = new Set([
    ...swept.filter(({ isSeen }) => isSeen).map(({ engagement }) => engagement),
    ...(memory?.remembered ?? []),
  ]);
  const { launched, amended, left, digests } = context.flag('launch')
    ? await carryFiles(context, deps, { known, memory })
    : NOTHING_CARRIED;
  const carried = new Set(amended.map(({ engagement }) => engagement));
  const results = [...swept.filter(({ engagement }) => !carried.has(engagement)), ...amended, ...launched];
  const missing = await notSeenBy(deps, results, { memory, full: since === null, left });
  if (results.length + missing.length === 0) requireProcesses(deps.processes);
  const settled = results.filter(({ isSeen }) => isSeen).map(({ line }) => line);
  const lines = [...settled, ...missing.map(missingLine)];
  if (context.flag('json')) output.json({ version: 1, since, ...sweepData(lines), ...problemsOf(deps) });
  else tell(context, lines, since, memory);
  const exits = [...lines.map(({ exit }) => exit), tellBroken(context, deps.processes)];
  // A SOW that is not launched yet was never seen: the next sweep looks at its file again.
  const unlaunched = new Set(left.map(({ engagement }) => engagement));
  const seen = [...swept, ...launched.filter(({ line }) => line.outcome === 'applied')];
  await memory?.remember(seen, {
    missing: missing.map(({ engagement }) => engagement).filter((engagement) => !unlaunched.has(engagement)),
    undone: new Set(settled.filter(({ exit }) => exit !== EXIT.done).map(({ engagement }) => engagement)),
    sows: digests,
  });
  return mostSevere(exits);
}

interface Carried {
  readonly launched: readonly Looked[];
  /** Running engagements into which another file was carried. */
  readonly amended: readonly Looked[];
  /** SOWs that were not launched. */
  readonly left: Awaited<ReturnType<typeof launchMissing>>['left'];
  /** What the files are now; `null`: nobody remembers that. */
  readonly digests: Awaited<ReturnType<typeof amendChanged>>['digests'] | null;
}

const NOTHING_CARRIED: Carried = { launched: [], amended: [], left: [], digests: null };

/** Launches the SOW files that are missing, and carries those that have changed since the last sweep into their engagements. */
async function carryFiles(
  context: CommandContext,
  deps: ReconcileDeps,
  { known, memory }: { readonly known: ReadonlySet<EngagementKey>; readonly memory: SweepState | null },
): Promise<Carried> {
  const mode = reviewModeOf(context, 'sweep');
  const looked = (result: SweepResult): Looked => lookedOf(result, deps.processes);
  const { results, left } = await launchMissing(context, deps, { known, mode });
  const launched = results.map(looked);
  if (memory === null) return { launched, amended: [], left, digests: null };
  const allowMassChange = context.flag('allow-mass-change');
  const changed = await amendChanged(context, deps, {
    before: memory.sows,
    running: known,
    mode,
    allowMassChange,
  });
  return { launched, amended: changed.results.map(looked), left, digests: changed.digests };
}

function problemsOf({ processes }: ReconcileDeps): { readonly problems?: readonly object[] } {
  const problems = brokenData(processes);
  return problems.length === 0 ? {} : { problems };
}

/** Takes all results that a sweep gives. @returns what kept it from seeing everything */
async function collect(
  results: AsyncIterable<SweepResult>,
  take: (result: SweepResult) => void,
): Promise<AppError | null> {
  try {
    for await (const result of results) take(result);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** What is kept of a result: of thousands, only what is told and remembered. */
interface Looked extends LookedOnce {
  readonly line: Line;
  readonly traces: readonly Trace[];
}

function lookedOf(result: SweepResult, processes: ProcessStore): Looked {
  const { engagement, outcome, look, lookedAt, createdAt, over } = result;
  return {
    engagement,
    isSeen: isSeen(result),
    isLeftOut: outcome.kind === 'left-out',
    look,
    lookedAt,
    createdAt,
    over,
    line: lineOf(result, processes),
    traces: tracesOf(engagement, outcome),
  };
}

/** Engagements that are known and that this sweep did not see; one of what changed looks only for those that were missing before. */
async function notSeenBy(
  { gitlab }: ReconcileDeps,
  results: readonly Looked[],
  {
    memory,
    full,
    left,
  }: { readonly memory: SweepState | null; readonly full: boolean; readonly left: readonly Trace[] },
): Promise<readonly EngagementCheck[]> {
  const launched = full ? await gitlab.readLaunched() : [];
  return notSeen(new Set(results.filter(({ isSeen }) => isSeen).map(({ engagement }) => engagement)), [
    ...results.flatMap(({ traces }) => traces),
    ...launched.map((engagement) => ({ kind: 'label', engagement }) as const),
    ...(memory?.known ?? []).map((engagement) => ({ kind: 'sweep', engagement }) as const),
    ...left,
  ]);
}

function missingLine(check: EngagementCheck): Line {
  const message = findingsOf(check)
    .map((finding) => [finding.message, ...finding.missing, ...finding.fix].join('. '))
    .join('. ');
  return {
    engagement: check.engagement,
    outcome: 'engagement-not-seen',
    epicUrl: null,
    message: `not seen: ${message}.`,
    exit: EXIT.input,
  };
}

interface Line {
  readonly engagement: string;
  readonly outcome: string;
  readonly epicUrl: string | null;
  /** `null`: nothing to say. */
  readonly message: string | null;
  readonly exit: number;
}

function lineOf({ engagement, outcome }: SweepResult, processes: ProcessStore): Line {
  const line = { engagement, outcome: outcome.kind, epicUrl: null, message: null, exit: EXIT.done };
  switch (outcome.kind) {
    case 'unchanged':
      return { ...line, epicUrl: outcome.epicUrl };
    case 'applied':
      return {
        ...line,
        epicUrl: outcome.epicUrl,
        message: [doneText(summaryOf(outcome.plan)), ...outcome.warnings].join('; '),
      };
    case 'shadow':
      return { ...line, message: `not written (policy "shadow"). ${summaryLine(summaryOf(outcome.plan))}` };
    case 'braked':
      return {
        ...line,
        message: `stopped by a brake: ${outcome.why}. Look at it: procession plan ${engagement}. When it is right: procession apply ${engagement} --allow-mass-change, or procession sweep --allow-mass-change for all`,
        exit: EXIT.refused,
      };
    case 'paused':
      return {
        ...line,
        message: `${pausedText(outcome.change)}. Resume it: procession apply ${engagement} --resume`,
      };
    case 'left-out':
      return line;
    case 'absent':
    case 'not-won':
      // An epic of people that only carries our labels: not ours.
      return line;
    case 'record-damaged':
    case 'out-of-reach':
    case 'unknown-process':
    case 'other-process':
    case 'no-process':
    case 'other-engagement':
    case 'sow-refused':
    case 'sow-taken': {
      const error = undecidedError(engagement, outcome, processes.ids);
      return { ...line, message: oneLine(error.message), exit: exitCodeOf(error) };
    }
    case 'failed':
      return {
        ...line,
        message: `failed: ${oneLine(outcome.error.message)}`,
        exit: exitCodeOf(outcome.error),
      };
  }
}

function oneLine(text: string): string {
  return text.split(/\s*\n\s*/).join(' ');
}

function tell(
  { output }: CommandContext,
  lines: readonly Line[],
  since: string | null,
  memory: SweepState | null,
): void {
  for (const { engagement, message, epicUrl, exit } of lines) {
    if (message === null) continue;
    const text = `${engagement}: ${visible(message)}${epicUrl === null ? '' : `  ${epicUrl}`}`;
    if (exit === EXIT.done) output.result(text);
    else output.warning(output.paint('bad', text));
  }
  const { counts } = sweepData(lines);
  const leftOut = lines.filter(({ outcome }) => outcome === 'left-out').length;
  output.result(
    output.paint(
      'heading',
      `Sweep: ${counted(counts.engagements, 'engagement')}${since === null ? '' : ` changed since ${since}`}${leftOut === 0 ? '' : ` (${leftOut} over and left out)`}, ${counts.changed} changed, ${counts.failed} failed.${memory?.inFull == null ? '' : ` In full: ${memory.inFull}.`}`,
    ),
  );
}

function sweepData(lines: readonly Line[]): {
  readonly counts: { readonly engagements: number; readonly changed: number; readonly failed: number };
  readonly engagements: readonly unknown[];
} {
  return {
    counts: {
      engagements: lines.length,
      changed: lines.filter(({ outcome }) => outcome === 'applied').length,
      failed: lines.filter(({ exit }) => exit !== EXIT.done).length,
    },
    engagements: lines.map(({ exit, ...line }) => ({ ...line, exitCode: exit })),
  };
}
