import { type Wanted, wantedBy } from '#cli/targets/wanted.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT, mostSevere } from '#cli/terminal/exit-code.ts';
import { AppError, ConfigError, UnexpectedResponseError } from '#domain/base/errors.ts';
import { ROLE_NAMES } from '#domain/base/gitlab-version.ts';
import { databaseProblems, diagnose, inOrder } from '#domain/doctor/diagnose.ts';
import type { DoctorFacts } from '#domain/doctor/facts.ts';
import { type Area, error, type Problem } from '#domain/doctor/problem.ts';
import { valuesOf } from '#domain/setup/installation.ts';
import { sweepSchedule } from '#domain/setup/schedule.ts';
import { examine } from '#reconciler/hooks/examine.ts';
import { doctorText } from '#render/doctor-text.ts';
import { counted } from '#render/paint.ts';
import type { Wire } from '#wire/wire.ts';

export const command: Command = {
  name: 'doctor',
  summary: 'say what is wrong with the installation and how to put it right; writes nothing',
  usage: '[--json]',
  positionals: { min: 0, max: 0 },
  options: { json: { type: 'boolean', help: 'Print the problems as JSON' } },
  details: [
    "Looks at everything Procession depends on and names all problems at once, each with the command or the page that puts it right: settings; the token's scope, role and expiry (warned 14 days before); GitLab's version; the clock; group and project; labels and boards; the webhook (there, enabled, not failing, right events, right address) where procession.yml has service.url; the pipeline schedule (active, owner not blocked, has run); whether the people of the roles exist and are members; the database of the service.",
    'Reads only, in GitLab and elsewhere. The token decides what can be seen: one of an Owner sees all of it.',
    'Exit codes: 0 no problems (warnings do not count), 2 the settings have problems, 4 anything else has.',
  ].join('\n\n'),
  examples: ['procession doctor', 'procession doctor --json'],
  run,
};

interface Findings {
  readonly problems: readonly Problem[];
  /** `null` when GitLab could not be looked at. */
  readonly facts: DoctorFacts | null;
}

async function run(context: CommandContext): Promise<number> {
  const { output, wire } = context;
  const { problems, facts } = await find(wire);
  if (context.flag('json')) output.json(toDocument(wire, problems, facts));
  else output.result(doctorText(problems, facts === null ? {} : aboutOf(facts), output.paint));
  const errors = problems.filter(({ severity }) => severity === 'error');
  return mostSevere(errors.map(({ area }) => (area === 'config' ? EXIT.config : EXIT.refused)));
}

/** What ends other commands is a finding here. */
async function find(wire: Wire): Promise<Findings> {
  let wanted: Wanted;
  try {
    wanted = await wantedBy(wire, { hook: true, schedule: true, cron: null, renewSecret: false });
  } catch (failure) {
    return { problems: settingsProblems(failure), facts: null };
  }
  const config = wire.config();
  try {
    const deps = {
      installation: await wire.installation(),
      hooks: await wire.hooks(),
      database: async () => await wire.database(),
    };
    const { installation, processRoles } = wanted;
    const question = {
      wanted: installation,
      processRoles,
      roles: config.roles,
      serviceUrl: config.serviceUrl,
    };
    const facts = await examine(deps, question);
    return { problems: diagnose(facts), facts };
  } catch (failure) {
    if (failure instanceof ConfigError) return { problems: settingsProblems(failure), facts: null };
    const database = databaseProblems(await wire.database());
    return { problems: inOrder([connectionProblem(failure), ...database]), facts: null };
  }
}

/** Settings, processes and templates. @throws what is about none of them */
function settingsProblems(failure: unknown): readonly Problem[] {
  if (!(failure instanceof ConfigError)) throw failure;
  return failure.problems.map(({ file, line, path, message, fix }) => {
    const place = [file === null ? '' : `${file}${line === null ? '' : `:${line}`}`, path];
    const where = place.filter((part) => part !== '').join(' ');
    const text = `${where}: ${message.replace(/\.+$/, '')}.`;
    return error(
      'config',
      'config-invalid',
      text,
      fix === '' ? 'Correct it there; procession lint checks again.' : fix,
    );
  });
}

/** @throws what is a mistake of ours */
function connectionProblem(failure: unknown): Problem {
  if (failure instanceof UnexpectedResponseError)
    return error(
      'gitlab',
      'gitlab-unexpected',
      failure.message,
      'Set GITLAB_URL to the address of GitLab itself, and look at any proxy in between.',
    );
  if (!(failure instanceof AppError) || failure.disposition !== 'retry') throw failure;
  return error(
    'gitlab',
    'gitlab-unreachable',
    failure.message,
    'Check GITLAB_URL, the network and the certificate (NODE_EXTRA_CA_CERTS for an own authority), then run procession doctor again.',
  );
}

/** For each area that was looked at, what was found there. */
function aboutOf(facts: DoctorFacts): Readonly<Partial<Record<Area, string>>> {
  const { installation, wanted, serviceUrl, database } = facts;
  const { user, token, group, project, version, capabilities, clockAheadSeconds } = installation;
  if (user.kind === 'refused') return {};
  const role = (level: number): string => ROLE_NAMES[level] ?? 'administrator';
  const schedule = sweepSchedule(installation);
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
    labels: `${wanted.labels.length} wanted, ${valuesOf(installation.labels).length} in the group`,
    boards: counted(valuesOf(installation.boards).length, 'board'),
    webhook: serviceUrl === null ? 'no service in procession.yml' : (wanted.hook?.url ?? ''),
    schedule:
      schedule === undefined
        ? 'none'
        : `${schedule.cron}, last run ${schedule.lastPipeline?.createdAt ?? 'never'}`,
    people: counted(valuesOf(installation.people).length, 'person', 'people'),
    database: database.kind,
  };
}

function toDocument(wire: Wire, problems: readonly Problem[], facts: DoctorFacts | null): object {
  const read = facts?.installation;
  return {
    version: 1,
    passed: problems.every(({ severity }) => severity !== 'error'),
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
    problems: problems.map(({ id, area, severity, message, fix }) => ({ id, area, severity, message, fix })),
  };
}
