/** Rules about pipelines: what starts them, and whether what a trigger brings is looked after. */
import { REPORTER, ROLE_NAMES, takesTriggersWithoutVariables } from '#domain/base/gitlab-version.ts';
import type { Details } from '#domain/base/sentence.ts';
import { hasNeededRole } from '#domain/setup/installation.ts';
import { mayRunPipelines, sweepSchedule } from '#domain/setup/schedule.ts';
import { pageOf, type Rule } from './diagnosis.ts';
import type { DoctorFacts } from './facts.ts';

/** Rules about pipelines. Those about triggers apply where `.gitlab-ci.yml` has the job `intake`. */
export const PIPELINE_RULES: readonly Rule<DoctorFacts>[] = [
  {
    id: 'triggers-canceled',
    area: 'project',
    severity: 'warning',
    applies: (facts) => {
      const { installation, pipeline } = facts;
      const { project } = installation;
      if (!takesTriggers(facts) || pipeline?.keepsWaiting === true || project.kind === 'refused')
        return false;
      const page = pageOf(installation, 'project', '-/settings/ci_cd');
      return project.value.autoCancel !== false && { page };
    },
    says: 'A push cancels trigger pipelines that still wait for a runner, and what they brought is lost until it is sent again.',
    fix: 'Write workflow: { auto_cancel: { on_new_commit: none } } into .gitlab-ci.yml, or turn off "Auto-cancel redundant pipelines" under {page}. Without triggers: intake: false.',
  },
  {
    id: 'triggers-unseen',
    area: 'project',
    severity: 'warning',
    applies: (facts) => {
      const { installation } = facts;
      const { projectLevel, project } = installation;
      if (!takesTriggers(facts) || project.kind === 'refused' || !hasNeededRole(installation)) return false;
      const page = pageOf(installation, 'project', '-/project_members');
      return projectLevel < REPORTER && { role: ROLE_NAMES[projectLevel] ?? projectLevel, page };
    },
    says: 'The user of the token has the role {role} in the project and may not see pipelines, so check does not notice when one loses what a trigger brought.',
    fix: 'Raise it to Reporter under {page}. Without triggers: intake: false.',
  },
  {
    id: 'triggers-refused',
    area: 'project',
    severity: 'warning',
    applies: (facts) => {
      const { installation } = facts;
      const { project, version } = installation;
      if (!takesTriggers(facts) || project.kind === 'refused' || takesTriggersWithoutVariables(version))
        return false;
      const page = pageOf(installation, 'project', '-/settings/ci_cd');
      return project.value.variablesRole === 'no_one_allowed' && { version, page };
    },
    says: 'Nobody may use pipeline variables in the project, and GitLab {version} may refuse triggers because of it: it counts what they send as a variable.',
    fix: 'Upgrade GitLab to 18.5, or let the role of who made the trigger token use pipeline variables under {page}. Without triggers: intake: false.',
  },
  {
    id: 'schedule-owner-role',
    area: 'schedule',
    severity: 'error',
    applies: scheduleOwnerRole,
    says: '{owner} owns the pipeline schedule that sweeps and has the role {role}, which may not run pipelines on the protected branch {ref}: GitLab makes none.',
    fix: 'Allow Developers to merge into {ref} under {page}, or run procession setup with a token of a Maintainer: it takes the schedule over.',
  },
];

function takesTriggers({ pipeline }: DoctorFacts): boolean {
  return pipeline !== null && pipeline.inputs['intake'] !== false;
}

function scheduleOwnerRole({ installation }: DoctorFacts): false | Details {
  const schedule = sweepSchedule(installation);
  if (schedule === undefined || schedule.owner === null || schedule.ownerLevel === null) return false;
  const { owner, ownerLevel, ref } = schedule;
  const { project, branch } = installation;
  const isDefault = project.kind === 'read' && project.value.defaultBranch === ref;
  if (!isDefault || owner.state !== 'active' || mayRunPipelines(ownerLevel, branch)) return false;
  const page = pageOf(installation, 'project', '-/settings/repository');
  return { owner: owner.username, role: ROLE_NAMES[ownerLevel] ?? ownerLevel, ref, page };
}
