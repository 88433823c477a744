/** `npm run bench -- <name> [options]`: the benchmarks, bounded, against this machine alone. Prints Markdown. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

const USAGE = `npm run bench -- <name> [options]

  intake    acknowledged deliveries/s beside bare Hono and Probot
              --connections 1,50,200  --servers bare,sqlite,postgres,probot  --seconds 6  --rounds 1  --warm-up 5
              --close  a connection for each delivery, as senders without keep-alive have
              --node <option>  an option of node for the servers, may be repeated
  latency   from a change in GitLab to GitLab put right
              --rates 1,20,200  --seconds 10  --warm-up 10  --engagements 60  --api-ms 30
  launch    requests of a launch, and its time as a multiple of the API's latency; ten minutes, seven with --rounds 1,
              and half a minute with --latencies 100 --sows 1
              --latencies 0,100,300  --sows 1,20  --rounds 3
  calls     requests of a sweep when every engagement has a call the next day
              --engagements 500
  inbox     deliveries made durable per second, without HTTP
              --seconds 3
  start     how long commands and the service take to start; a minute
              --rounds 7  --installed <folder of the package, when it is not to be packed>
  jobs      what the jobs of a pipeline cost
              --engagements 50  --rounds 5
  sweep     requests, time and memory of sweeps after a busy week; a quarter of an hour, a minute with --sizes 500
              --sizes 500,2000,5000  --node <option>, for example --node=--max-old-space-size=192
  all       all of them in twenty minutes, with fewer rounds: the tables of docs/benchmarks.md, from one quiet run

  --first   on a machine with other work: what is measured goes before it (root only)

Needs taskset; intake also wrk (Debian: apt-get install util-linux wrk), and npm to get Probot once.`;

const { values, positionals } = readArguments({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    'warm-up': { type: 'string' },
    connections: { type: 'string' },
    servers: { type: 'string' },
    node: { type: 'string', multiple: true },
    rates: { type: 'string' },
    latencies: { type: 'string' },
    sows: { type: 'string' },
    sizes: { type: 'string' },
    engagements: { type: 'string' },
    'api-ms': { type: 'string' },
    close: { type: 'boolean', default: false },
    installed: { type: 'string' },
    first: { type: 'boolean', default: false },
  },
} as const);

function readArguments<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

function number(name: 'seconds' | 'rounds' | 'warm-up' | 'engagements' | 'api-ms', usual: number): number {
  return numbers(values[name] ?? String(usual), name)[0] ?? usual;
}

function numbers(text: string, name: string): number[] {
  const found = text.split(',').map(Number);
  if (found.some((one) => !Number.isFinite(one) || one < 0))
    throw new Error(`--${name}: not a number: ${text}`);
  return found;
}

const { first } = values;
const [name = ''] = positionals;
/** All of them together are to end within twenty minutes: those whose ratios hold in fewer rounds have fewer. */
const isAll = name === 'all';
const BENCHES: Readonly<Record<string, () => Promise<string>>> = {
  intake: async () => {
    const { intake, serverNames } = await import('./intake.ts');
    return await intake({
      servers: serverNames(values.servers),
      connections: numbers(values.connections ?? '1,50,200', 'connections'),
      seconds: number('seconds', 6),
      rounds: number('rounds', 1),
      warmUpSeconds: number('warm-up', 5),
      close: values.close,
      nodeOptions: values.node ?? [],
      first,
    });
  },
  latency: async () => {
    const { latency } = await import('./latency.ts');
    return await latency({
      rates: numbers(values.rates ?? '1,20,200', 'rates'),
      seconds: number('seconds', 10),
      warmUpSeconds: number('warm-up', 10),
      engagements: number('engagements', 60),
      apiMs: number('api-ms', 30),
      first,
    });
  },
  launch: async () => {
    const { launch } = await import('./launch.ts');
    return await launch({
      latencies: numbers(values.latencies ?? '0,100,300', 'latencies'),
      sows: numbers(values.sows ?? '1,20', 'sows'),
      rounds: number('rounds', isAll ? 1 : 3),
    });
  },
  calls: async () => {
    const { calls } = await import('./calls.ts');
    return await calls(number('engagements', isAll ? 200 : 500));
  },
  inbox: async () => {
    const { inbox } = await import('./inbox.ts');
    return await inbox(number('seconds', 3));
  },
  start: async () => {
    const { start } = await import('./start.ts');
    return await start({ rounds: number('rounds', 7), first, installed: values.installed ?? null });
  },
  jobs: async () => {
    const { jobs } = await import('./jobs.ts');
    return await jobs({ engagements: number('engagements', 50), rounds: number('rounds', isAll ? 3 : 5) });
  },
  sweep: async () => {
    const { sweeps } = await import('./sweep.ts');
    return await sweeps(
      numbers(values.sizes ?? (isAll ? '500,5000' : '500,2000,5000'), 'sizes'),
      values.node ?? [],
    );
  },
};

const bench = BENCHES[name];
if (isAll) {
  for (const [one, run] of Object.entries(BENCHES)) console.log(`## ${one}\n\n${await run()}\n`);
} else if (bench === undefined) {
  console.error(name === '' ? USAGE : `There is no benchmark "${name}".\n\n${USAGE}`);
  process.exitCode = 2;
} else console.log(await bench());
