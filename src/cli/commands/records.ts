import { parseKey } from '#cli/targets/target.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT, exitCodeOf, mostSevere } from '#cli/terminal/exit-code.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { AppError } from '#domain/base/errors.ts';
import { counted } from '#domain/base/sentence.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import { type Decision, decide } from '#reconciler/loop/decide.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { carryOut } from '#reconciler/loop/reconcile.ts';
import { undecidedFinding } from '#reconciler/loop/undecided.ts';

export const command: Command = {
  name: 'records',
  summary: 'seal the records in GitLab with the key of now, and take over those made before there was one',
  usage: 'reseal [SOW-n…] [options]',
  words: ['reseal'],
  positionals: { min: 1, max: 1_000 },
  options: {
    'dry-run': { type: 'boolean', help: 'Show what would be sealed and taken over, and write nothing' },
    json: { type: 'boolean', help: 'Print the result as JSON' },
  },
  details: [
    'Once seal.keys stands in procession.yml, a record without a seal counts for nothing: check fails, and nothing is decided about its engagement. reseal takes such records over as they stand: the SOW, what people have ruled, which issue is which step. What is closed and labelled done or waived is done; nothing is judged again. Look with --dry-run first: until it is sealed, everybody who may edit the epic may have changed it.',
    'It also seals anew what is sealed with another key of seal.keys. So a key is changed: add the new public key, give the service and the jobs the new private one, run reseal, and take the old public key out.',
    'Needs PROCESSION_SEAL_KEY. A second run, or one after a crash, does no harm.',
    'Exit codes: 0 done; 2 settings, 3 an engagement cannot be taken over, 4 GitLab refused, 75 try again.',
  ].join('\n\n'),
  examples: [
    'procession records reseal --dry-run',
    'procession records reseal',
    'procession records reseal SOW-1042',
  ],
  run,
};

interface Line {
  readonly engagement: string;
  readonly outcome: 'would seal' | 'sealed' | 'failed';
  readonly message: string;
  readonly exit: number;
}

async function run(context: CommandContext): Promise<number> {
  const [verb, ...asked] = context.positionals;
  if (verb !== 'reseal')
    throw new UsageError(
      `procession records knows reseal, not ${verb ?? 'nothing'}`,
      'procession records --help',
    );
  const deps = await context.wire.deps();
  if (!deps.seal.required)
    throw new UsageError(
      'there is no key to seal with: seal.keys in procession.yml is empty. procession init makes a pair',
      'procession records --help',
    );
  const states = await readStates(deps, asked.map(parseKey));
  const lines: Line[] = [];
  for (const [done, state] of states.entries()) {
    context.output.progress(done + 1, states.length, state.engagement);
    const line = await reseal(deps, state, context.flag('dry-run'));
    if (line !== null) lines.push(line);
  }
  context.output.clearProgress();
  tell(context, lines);
  return mostSevere(lines.map(({ exit }) => exit));
}

async function readStates(deps: ReconcileDeps, asked: readonly string[]): Promise<readonly ActualState[]> {
  if (asked.length === 0) return [...(await deps.gitlab.readAll())];
  return await Promise.all(
    [...new Set(asked)].map((engagement) => deps.gitlab.readEngagement(engagement, { always: true })),
  );
}

/** `null` for what is none of ours. */
async function reseal(deps: ReconcileDeps, state: ActualState, isDry: boolean): Promise<Line | null> {
  const { engagement } = state;
  try {
    const decision = await decide(deps, state, { reseal: true });
    if (decision.kind === 'record-damaged' || decision.kind === 'unknown-process') {
      const { message } = undecidedFinding(engagement, decision);
      return { engagement, outcome: 'failed', message, exit: EXIT.input };
    }
    if (decision.kind !== 'decided') return null;
    if (isDry) return { engagement, outcome: 'would seal', message: said(decision), exit: EXIT.done };
    await carryOut(deps, decision, { allowMassChange: false });
    return { engagement, outcome: 'sealed', message: said(decision), exit: EXIT.done };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { engagement, outcome: 'failed', message: error.message, exit: exitCodeOf(error) };
  }
}

/** What is taken over, for people to compare with what they know. */
function said({ facts: { found, assessment } }: Decision): string {
  if (found.restored !== 'taken over') return 'sealed anew';
  const { waivers, approvals, appointments } = assessment.rulings;
  return [
    `taken over without a seal: ${assessment.sow.customer.name}`,
    counted(found.record?.done.size ?? 0, 'step') + ' done',
    ...waivers.map(({ step, by }) => `${step} waived by ${by}`),
    ...approvals.map(({ step, by, waived }) =>
      waived === undefined ? `${step} approved by ${by}` : `approval of ${step} waived by ${by}`,
    ),
    ...appointments.map(({ role, username }) => `${role} is ${username}`),
  ].join('; ');
}

function tell({ output, flag }: CommandContext, lines: readonly Line[]): void {
  if (flag('json')) {
    output.json({
      version: 1,
      dryRun: flag('dry-run'),
      engagements: lines.map(({ exit, ...line }) => ({ ...line, exitCode: exit })),
    });
    return;
  }
  for (const { engagement, outcome, message, exit } of lines) {
    const text = `${engagement}: ${message}`;
    if (exit === EXIT.done && outcome !== 'failed') output.result(text);
    else output.warning(output.paint('bad', text));
  }
  const count = lines.filter(({ outcome }) => outcome !== 'failed').length;
  const verb = flag('dry-run') ? 'Would seal' : 'Sealed';
  output.result(output.paint('heading', `${verb} ${counted(count, 'record')}.`));
}
