import { wantedBy } from '#cli/targets/wanted.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT, mostSevere } from '#cli/terminal/exit-code.ts';
import { AppError, ConfigError } from '#domain/base/errors.ts';
import { ROLE_NAMES } from '#domain/base/gitlab-version.ts';
import { counted } from '#domain/base/sentence.ts';
import { diagnose, diagnoseDatabase, diagnoseDeals, diagnoseFailure } from '#domain/doctor/diagnose.ts';
import { type Area, type Diagnosis, inOrder } from '#domain/doctor/diagnosis.ts';
import type { DoctorFacts } from '#domain/doctor/facts.ts';
import { type ActualSchedule, valuesOf } from '#domain/setup/installation.ts';
import { sweepSchedule } from '#domain/setup/schedule.ts';
import { jobsOfSchedule } from '#domain/setup/scheduled-jobs.ts';
import { type MissingVersion, missingVersions } from '#domain/versions/use.ts';
import { examine } from '#reconciler/hooks/examine.ts';
import { readEngagementVersions } from '#reconciler/portfolio/engagement-versions.ts';
import { doctorText } from '#render/doctor-text.ts';
import type { Wire } from '#wire/wire.ts';

/** Command `doctor`. */
export const command: Command = {
  name: 'doctor',
  summary: 'say what is wrong with the installation and how to put it right; writes nothing',
  usage: '[--json]',
  positionals: { min: 0, max: 0 },
  options: { json: { type: 'boolean', help: 'Print the problems as JSON' } },
  details: [
    "Looks at everything Procession depends on and names all problems at once, each with the command or the page that puts it right: settings; the token's scope, role and expiry (warned 14 days before); GitLab's version; the clock; group and project; labels and boards; the webhook (there, enabled, not failing, right events, right address) where procession.yml has service.url; the pipeline schedule (active, owner not blocked, has run); whether the people of the roles exist and are members; the database of the service; whether records are sealed, and whether the processes and versions that engagements name are there.",
    'Reads only, in GitLab and elsewhere. The token decides what can be seen: one of an Owner sees all of it.',
    'Exit codes: 0 no problems (warnings do not count), 2 the settings have problems, 4 anything else has.',
  ].join('\n\n'),
  examples: ['procession doctor', 'procession doctor --json'],
  run,
};

interface Examined {
  readonly diagnoses: readonly Diagnosis[];
  /** `null` when GitLab could not be looked at. */
  readonly facts: DoctorFacts | null;
  /** Of the place of deals; `null`: they have none of their own, or GitLab could not be looked at. */
  readonly ofDeals: DoctorFacts | null;
}

async function run(context: CommandContext): Promise<number> {
  const { output, wire } = context;
  const { diagnoses, facts, ofDeals } = await examined(wire);
  if (context.flag('json')) output.json(toDocument(wire, diagnoses, facts));
  else output.result(doctorText(diagnoses, facts === null ? {} : aboutOf(facts, ofDeals), output.paint));
  const errors = diagnoses.filter(({ severity }) => severity === 'error');
  return mostSevere(errors.map(({ area }) => (area === 'config' ? EXIT.config : EXIT.refused)));
}

/** What ends other commands is a diagnosis here. @throws what is a mistake of ours */
async function examined(wire: Wire): Promise<Examined> {
  try {
    const { facts, ofDeals } = await factsOf(wire);
    const where = {
      settings: wire.config().deals,
      main: facts.installation,
      deals: ofDeals?.installation ?? null,
    };
    return { diagnoses: inOrder([...diagnose(facts), ...diagnoseDeals(where, ofDeals)]), facts, ofDeals };
  } catch (failure) {
    const told = diagnoseFailure(failure);
    if (told.length === 0) throw failure;
    const database = failure instanceof ConfigError ? [] : diagnoseDatabase(await wire.database());
    return { diagnoses: inOrder([...told, ...database]), facts: null, ofDeals: null };
  }
}

async function factsOf(
  wire: Wire,
): Promise<{ readonly facts: DoctorFacts; readonly ofDeals: DoctorFacts | null }> {
  const wishes = { hook: true, schedule: true, cron: null, renewSecret: false };
  const { installation: wanted, ofDeals, ...asked } = await wantedBy(wire, wishes);
  const { roles, serviceUrl, sealKeys, reviewer } = wire.config();
  const deps = {
    installation: await wire.installation(),
    hooks: await wire.hooks(),
    database: async () => await wire.database(),
    missingVersions: async () => await findMissingVersions(wire),
  };
  const question = {
    ...asked,
    wanted,
    roles,
    serviceUrl,
    pipeline: wire.pipelineFile(),
    sealed: sealKeys.length > 0,
    reviewer,
  };
  const facts = await examine(deps, question);
  if (ofDeals === null) return { facts, ofDeals: null };
  const { place, installation } = ofDeals;
  const there = {
    ...deps,
    installation: await wire.installation(place),
    hooks: await wire.hooks(place),
    missingVersions: async () => [],
  };
  return { facts, ofDeals: await examine(there, { ...question, wanted: installation, roles: {} }) };
}

/** Reads what every engagement names. Where that fails, other rules say what is wrong with the access. */
async function findMissingVersions(wire: Wire): Promise<readonly MissingVersion[]> {
  try {
    const deps = await wire.deps();
    const { engagements } = await readEngagementVersions(deps);
    return missingVersions(engagements, (one) => deps.processes.find(one.process, one.profile, one) !== null);
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

const DATABASE_WORDS: Readonly<Record<DoctorFacts['database']['kind'], string>> = {
  'not-needed': 'none needed: no service in procession.yml',
  reachable: 'reachable',
  unreachable: 'not reachable',
};

/** For each area that was looked at, what was found there. */
function aboutOf(facts: DoctorFacts, ofDeals: DoctorFacts | null): Readonly<Partial<Record<Area, string>>> {
  const { installation, wanted, serviceUrl, database, pipeline } = facts;
  const { user, token, group, project, version, capabilities, clockAheadSeconds } = installation;
  if (user.kind === 'refused') return {};
  const role = (level: number): string => ROLE_NAMES[level] ?? 'administrator';
  const schedule = sweepSchedule(ofDeals?.installation ?? installation);
  const expires = token.kind === 'read' ? token.value.expiresOn : null;
  return {
    config: 'read',
    gitlab: `${version}, ${capabilities.epics ? 'with epics (Premium or Ultimate)' : 'without epics (Free)'}`,
    token: `of ${user.value.username}, ${expires === null ? 'does not expire' : `until ${expires}`}`,
    clock: clockAheadSeconds === null ? 'GitLab tells no time' : `${Math.abs(clockAheadSeconds)} s apart`,
    ...(group.kind === 'read' ? { group: `${group.value.path}, ${role(installation.groupLevel)}` } : {}),
    ...(project.kind === 'read'
      ? { project: `${project.value.path}, ${role(installation.projectLevel)}` }
      : {}),
    labels: `${wanted.labels.length} are to be in the group, which has ${valuesOf(installation.labels).length} of whatever kind`,
    boards: counted(valuesOf(installation.boards).length, 'board'),
    webhook: serviceUrl === null ? 'no service in procession.yml' : (wanted.hook?.url ?? ''),
    schedule:
      schedule === undefined
        ? 'none'
        : `${schedule.cron}, last run ${schedule.lastPipeline?.createdAt ?? 'never'}${runs(schedule, pipeline)}`,
    people: counted(valuesOf(installation.people).length, 'person', 'people'),
    database: DATABASE_WORDS[database.kind],
  };
}

/** `, runs sweep, check, report` */
function runs({ description }: ActualSchedule, pipeline: DoctorFacts['pipeline']): string {
  return pipeline === null
    ? ''
    : `, runs ${jobsOfSchedule(description, pipeline.inputs).join(', ') || 'nothing'}`;
}

function toDocument(wire: Wire, diagnoses: readonly Diagnosis[], facts: DoctorFacts | null): object {
  const read = facts?.installation;
  return {
    version: 1,
    passed: diagnoses.every(({ severity }) => severity !== 'error'),
    gitlab:
      read === undefined || read.user.kind === 'refused'
        ? null
        : {
            url: wire.config().gitlabUrl,
            version: read.version,
            epics: read.capabilities.epics,
            user: read.user.value.username,
            tokenExpiresOn: read.token.kind === 'read' ? read.token.value.expiresOn : null,
            clockAheadSeconds: read.clockAheadSeconds,
          },
    problems: diagnoses,
  };
}
