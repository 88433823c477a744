/**
 * From a change by a person in GitLab to GitLab put right again: webhook → receiver → inbox → reconcile → API write.
 * A person takes the `workflow::` label off an issue; it is measured until the label is back. GitLab's API answers
 * after 30 ms; the service is a process of its own. Loopback only; bounded by rates × seconds, two events for each
 * issue, and a wait of 30 s.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#demo/free-port.ts';
import { labelsOf } from '../sandbox/reading.ts';
import type { Issue } from '../sandbox/world.ts';
import { machine } from './machine.ts';
import { keepOffServerCore, type PinnedServer, startPinned } from './pinned-server.ts';
import { type SlowGitLab, startSlowGitLab } from './slow-gitlab.ts';
import { count, ms, percentile, table } from './table.ts';

export interface LatencyOptions {
  /** Events a second. */
  readonly rates: readonly number[];
  /** For each rate. */
  readonly seconds: number;
  /** Before the first rate; a service that has just started runs code that is not compiled yet. */
  readonly warmUpSeconds: number;
  readonly engagements: number;
  readonly apiMs: number;
  /** The service goes before the other work of the machine; root only. */
  readonly first: boolean;
}

/** Events a second. */
const WARM_UP_RATE = 10;

/** What has not been put right so long after the last event, is not waited for. */
const PATIENCE_MS = 30_000;

export async function latency(options: LatencyOptions): Promise<string> {
  keepOffServerCore();
  const folder = mkdtempSync(join(tmpdir(), 'procession-bench-'));
  const gitlab = await startSlowGitLab(options.engagements);
  gitlab.setLatency(options.apiMs);
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const port = await freePort('127.0.0.1');
  writeFileSync(
    join(folder, 'procession.yml'),
    'gitlab: { group: services, project: services/engagements }\nroles: { manager: [mira], engineer: [eli, noor] }\n',
  );
  const service = await startPinned({
    command: [join(import.meta.dirname, '../src/main.ts'), 'serve'],
    cwd: folder,
    env: {
      PORT: String(port),
      GITLAB_URL: gitlab.url,
      GITLAB_TOKEN: gitlab.seed.bot.token,
      GITLAB_WEBHOOK_SECRETS: secret,
      CRM_WEBHOOK_SECRETS: secret,
      PROCESSION_DATA: join(folder, 'data'),
      LOG_LEVEL: 'error',
    },
    readyUrl: `http://127.0.0.1:${port}/healthz`,
    first: options.first,
  });
  try {
    gitlab.hook(`http://127.0.0.1:${port}/webhooks/gitlab`, secret);
    await calm(gitlab);
    const rows: string[][] = [];
    const targets = new Targets(gitlab.issues);
    if (options.warmUpSeconds > 0)
      await measure({ gitlab, service, targets }, WARM_UP_RATE, options.warmUpSeconds);
    for (const rate of options.rates)
      rows.push(await measure({ gitlab, service, targets }, rate, options.seconds));
    const how = `${machine()}; ${options.engagements} engagements of 12 steps, API latency ${options.apiMs} ms, ${options.seconds} s at each rate after ${options.warmUpSeconds} s to warm up; peak RSS ${service.peakMegabytes()} MB`;
    return `${how}\n\n${table(HEADER, rows)}`;
  } finally {
    await service.stop();
    await gitlab.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const HEADER = [
  'events/s',
  'events',
  'p50 ms',
  'p99 ms',
  'max ms',
  'GitLab requests/event',
  'CPU ms/event',
  'not put right',
];

/** The loop fuse pauses an engagement when the same thing is put right a third time: every issue is used twice at most. */
const USES = 2;

/** Goes round all engagements, so that neighbours in time are of different ones. */
class Targets {
  private readonly issues: readonly Issue[];
  private next = 0;

  constructor(issues: readonly Issue[]) {
    this.issues = issues.toSorted((a, b) => stepOf(a) - stepOf(b));
    function stepOf(issue: Issue): number {
      return issues.filter(({ epicId }) => epicId === issue.epicId).indexOf(issue);
    }
  }

  left(): number {
    return USES * this.issues.length - this.next;
  }

  take(): Issue {
    const issue = this.issues[this.next % this.issues.length];
    this.next += 1;
    if (issue === undefined) throw new Error('no engagement was launched');
    return issue;
  }
}

/** So long after the last label is back, what an event still costs is done. */
const AFTERMATH_MS = 1_500;

interface Measured {
  readonly gitlab: SlowGitLab;
  readonly service: PinnedServer;
  readonly targets: Targets;
}

async function measure(
  { gitlab, service, targets }: Measured,
  rate: number,
  seconds: number,
): Promise<string[]> {
  const waiting = new Map<number, number>();
  const took: number[] = [];
  const stopListening = gitlab.sandbox.onChange(({ id, kind }) => {
    const began = kind === 'issue' ? waiting.get(id) : undefined;
    const issue = gitlab.issues.find((one) => one.id === id);
    if (began === undefined || issue === undefined || workflowOf(gitlab, issue) === undefined) return;
    waiting.delete(id);
    took.push(performance.now() - began);
  });
  const requests = gitlab.sandbox.ledger.entries().length;
  const cpuSeconds = service.cpuSeconds();
  const events = Math.min(Math.round(rate * seconds), targets.left());
  const began = performance.now();
  for (let n = 0; n < events; n += 1) {
    await sleep(Math.max(0, began + (n * 1000) / rate - performance.now()));
    disturb(gitlab, targets.take(), waiting);
  }
  const until = performance.now() + PATIENCE_MS;
  while (waiting.size > 0 && performance.now() < until) await sleep(20);
  stopListening();
  await sleep(AFTERMATH_MS);
  const perEvent = (gitlab.sandbox.ledger.entries().length - requests) / events;
  return [
    String(rate),
    count(events),
    ...[0.5, 0.99, 1].map((share) => ms(percentile(took, share))),
    perEvent.toFixed(1),
    (((service.cpuSeconds() - cpuSeconds) * 1000) / events).toFixed(1),
    String(waiting.size),
  ];
}

/** A label that is away already is no event. */
function disturb(gitlab: SlowGitLab, issue: Issue, waiting: Map<number, number>): void {
  const workflow = workflowOf(gitlab, issue);
  if (workflow === undefined) return;
  const eli = gitlab.sandbox.user('eli');
  gitlab.sandbox.operations.updateIssue(eli, issue, { removeLabels: [workflow] });
  waiting.set(issue.id, performance.now());
}

function workflowOf({ sandbox }: SlowGitLab, issue: Issue): string | undefined {
  return labelsOf(sandbox.world, issue)
    .map(({ name }) => name)
    .find((name) => name.startsWith('workflow::'));
}

/** Until the sweep at the start is over. */
async function calm({ sandbox }: SlowGitLab): Promise<void> {
  let seen = -1;
  while (sandbox.ledger.entries().length !== seen) {
    seen = sandbox.ledger.entries().length;
    await sleep(500);
  }
}
