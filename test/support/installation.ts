/** An installation of Procession against the sandbox: a folder with settings, and the commands over it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Diagnosis } from '#domain/doctor/diagnosis.ts';
import type { SetupPlan } from '#domain/setup/action.ts';
import type { SetupLink } from '#domain/setup/links.ts';
import type { World } from '#sandbox/world.ts';
import { newKeyPair } from '#seal/ed25519.ts';
import { type CliResult, cli } from './cli.ts';
import { startWorld, type TestWorld, type WorldOptions } from './gitlab-world.ts';

export const SERVICE_URL = 'https://procession.example.com';
export const HOOK_URL = `${SERVICE_URL}/webhooks/gitlab`;
export const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const PLAIN_SECRET = 'canary-plain-secret';

/** Seals the records of the installation. */
export const SEAL_PAIR = newKeyPair();

export const SETTINGS = [
  'gitlab: { group: services, project: services/engagements }',
  'roles: { manager: [mira], engineer: [eli, noor], finance: [] }',
  `service: { url: ${SERVICE_URL} }`,
  `seal: { keys: [${SEAL_PAIR.publicKey}] }`,
].join('\n');

export interface InstallationOptions extends WorldOptions {
  /** `procession.yml`; `null`: none. */
  readonly settings?: string | null;
  readonly env?: Readonly<Record<string, string>>;
}

export interface SetupResult extends CliResult {
  readonly document: SetupPlan & { readonly links: readonly SetupLink[]; readonly dryRun: boolean };
}

export interface DoctorResult extends CliResult {
  readonly problems: readonly Diagnosis[];
}

export interface TestInstallation extends TestWorld {
  readonly folder: string;
  readonly data: World;
  /** Any command, as the Owner of the group unless the environment says otherwise. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliResult>;
  /** Everything as `setup` leaves it; run once per tier and settings, copied after that. */
  prepare(): Promise<void>;
  /** `setup --json` and its document. */
  setup(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<SetupResult>;
  /** `doctor --json` and its problems, without the one that tests always have: a person's token. */
  doctor(env?: Readonly<Record<string, string>>): Promise<DoctorResult>;
  /** Requests that changed something since the last {@link TestWorld.forget}: `PUT /groups/:id/labels/:name`. */
  writes(): readonly string[];
  label(name: string): World['labels'][number];
}

/** What `setup` has made, by what it depends on. */
const prepared = new Map<string, Pick<World, 'labels' | 'boards' | 'hooks' | 'schedules' | 'nextId'>>();

export async function startInstallation(options: InstallationOptions = {}): Promise<TestInstallation> {
  const { settings = SETTINGS, env: given = {}, ...worldOptions } = options;
  const world = await startWorld(worldOptions);
  const folder = await mkdtemp(join(tmpdir(), 'procession-setup-'));
  if (settings !== null) await writeFile(join(folder, 'procession.yml'), settings);
  const base = {
    GITLAB_URL: world.url,
    GITLAB_TOKEN: world.seed.ada.token,
    GITLAB_WEBHOOK_SECRETS: SIGNING_SECRET,
    PROCESSION_DATA: join(folder, 'data'),
    ...given,
  };
  const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    await cli(args, { env: { ...base, ...env }, cwd: folder });
  return {
    ...world,
    folder,
    data: world.sandbox.world,
    run,
    prepare: async () => {
      const { world: data } = world.sandbox;
      const key = JSON.stringify([data.tier, settings, given]);
      const known = prepared.get(key);
      if (known === undefined) {
        const { code, stderr } = await run(['setup']);
        if (code !== 0 && settings !== null && !stderr.includes('procession.yml')) throw new Error(stderr);
        const { labels, boards, hooks, schedules, nextId } = data;
        prepared.set(key, structuredClone({ labels, boards, hooks, schedules, nextId }));
        return;
      }
      const copy = structuredClone(known);
      data.labels.push(...copy.labels);
      data.boards.splice(0, data.boards.length, ...copy.boards);
      data.hooks.push(...copy.hooks);
      data.schedules.push(...copy.schedules);
      Object.assign(data.nextId, copy.nextId);
    },
    setup: async (args = [], env = {}) => {
      const result = await run(['setup', '--json', ...args], env);
      return { ...result, document: JSON.parse(result.stdout || JSON.stringify({ failed: result.stderr })) };
    },
    doctor: async (env = {}) => {
      const result = await run(['doctor', '--json'], env);
      const { problems } = JSON.parse(result.stdout) as { problems: readonly Diagnosis[] };
      return { ...result, problems: problems.filter(({ id }) => id !== 'token-of-a-person') };
    },
    writes: () => world.sandbox.ledger.writes().map(({ route }) => route),
    label: (name) => {
      const label = world.sandbox.world.labels.find((it) => it.name === name);
      if (label === undefined) throw new Error(`there is no label ${name}`);
      return label;
    },
    close: async () => {
      await rm(folder, { recursive: true, force: true });
      await world.close();
    },
  };
}
