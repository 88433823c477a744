/** Runs the command line, or one command, inside a test. */

import { runCli } from '#cli/run-cli.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { reportFailure } from '#cli/terminal/failure.ts';
import type { CliIo } from '#cli/terminal/io.ts';
import { createOutput } from '#cli/terminal/output.ts';
import { parseArguments } from '#cli/terminal/parse-arguments.ts';
import { readCiEnvironment } from '#config/ci-environment.ts';
import type { Environment } from '#config/environment.ts';
import { UNSEALED } from '#domain/record/line.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { newKeyPair } from '#seal/ed25519.ts';
import type { Wire } from '#wire/wire.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Captured {
  readonly io: CliIo;
  readonly result: (code: number) => CliResult;
}

function capture(env: Environment, cwd: string): Captured {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const io: CliIo = {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env,
    cwd,
    untilInterrupted: async () => {},
  };
  return { io, result: (code) => ({ code, ...written }) };
}

/** The whole command line, adapters included. */
export async function cli(
  args: readonly string[],
  options: { readonly env?: Environment; readonly cwd?: string } = {},
): Promise<CliResult> {
  const { io, result } = capture(options.env ?? {}, options.cwd ?? process.cwd());
  try {
    return result(await runCli(args, io));
  } catch (error) {
    return result(reportFailure(error, io));
  }
}

/** One command over the given parts. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  deps: ReconcileDeps,
  wire: Partial<Wire> = {},
): Promise<CliResult> {
  const { io, result } = capture({}, process.cwd());
  const { positionals, values } = parseArguments(command, args);
  const context: CommandContext = {
    positionals,
    flag: (name) => values.get(name) === true,
    text: (name) => values.get(name) as string | undefined,
    wire: wireOver(deps, wire),
    commands: async () => [],
    ask: null,
    output: createOutput(io, values.has('quiet')),
    cwd: io.cwd,
    untilInterrupted: async () => {},
  };
  try {
    return result(await command.run(context));
  } catch (error) {
    return result(reportFailure(error, io));
  }
}

function wireOver(deps: ReconcileDeps, changes: Partial<Wire>): Wire {
  const absent = (name: string) => (): never => {
    throw new Error(`this test has no ${name}`);
  };
  return {
    clock: { now: () => '2026-11-23T12:00:00.000Z' },
    logger: deps.logger,
    config: absent('config'),
    settings: () => deps.settings,
    hasGitLab: () => true,
    processes: async () => deps.processes,
    gitlab: async () => deps.gitlab,
    place: () => ({ url: 'https://gitlab.test', group: 'services', project: 'services/engagements' }),
    deps: async () => deps,
    projectDeps: async () => deps,
    sow: absent('SOW files'),
    commitOf: async () => null,
    sowFiles: async () => [],
    dealsNaming: async () => [],
    conformance: absent('scratch group'),
    launchingFiles: async () => [],
    sowDigests: async () => new Map(),
    triggerPipelines: absent('triggerPipelines'),
    pipelineFile: () => null,
    isConfigFile: absent('settings'),
    lintConfig: absent('settings'),
    lintProject: absent('files to lint'),
    lintPaths: absent('files to lint'),
    seal: async () => UNSEALED,
    newSealKeys: async () => newKeyPair(),
    cases: absent('cases'),
    freeze: absent('templates'),
    versions: absent('templates'),
    mapping: async () => null,
    ci: () => readCiEnvironment({}),
    changedFiles: absent('git'),
    lastChange: async () => null,
    mergeRequests: absent('merge requests'),
    ciDelivery: absent('deliveries'),
    installation: absent('installation'),
    hooks: absent('hooks'),
    database: absent('database'),
    store: absent('store'),
    serve: absent('serve'),
    ...changes,
  };
}
