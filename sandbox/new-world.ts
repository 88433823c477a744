import type { Tier, World } from './world.ts';

/**
 * Where each table's ids start. The ranges are apart on purpose, so that an iid given for an id, or an
 * epic id given for an issue id, finds nothing. Issues and the work items behind epics share one table in GitLab.
 */
const FIRST_IDS: Readonly<Record<string, number>> = {
  user: 101,
  group: 31,
  project: 61,
  label: 5001,
  epic: 901,
  workItem: 20_001,
  epicIssue: 2501,
  note: 300_001,
  mergeRequest: 11_001,
  link: 701,
  board: 41,
  boardList: 81,
  hook: 201,
  schedule: 1301,
  pipeline: 51_001,
  job: 61_001,
  delivery: 8001,
  todo: 6001,
  event: 40_001,
};

/** Creates an empty world. `baseUrl` is kept without a trailing slash. */
export function newWorld(tier: Tier, baseUrl: string): World {
  return {
    tier,
    version: '19.6.0-ee',
    baseUrl: baseUrl.replace(/\/+$/u, ''),
    users: [],
    tokens: [],
    groups: [],
    projects: [],
    labels: [],
    epics: [],
    issues: [],
    notes: [],
    mergeRequests: [],
    awards: [],
    links: [],
    epicLinks: [],
    boards: [],
    hooks: [],
    schedules: [],
    pipelines: [],
    deliveries: [],
    todos: [],
    events: [],
    nextId: { ...FIRST_IDS },
    nextEpicIid: new Map(),
  };
}

/** Takes the next id of a table. */
export function takeId(world: World, table: string): number {
  const id = world.nextId[table] ?? 1;
  world.nextId[table] = id + 1;
  return id;
}
