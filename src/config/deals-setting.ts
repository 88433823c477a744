import { z } from 'zod';
import { gitlabPath } from './gitlab-path.ts';
import { Id } from './id.ts';

/** Setting `deals` of `procession.yml`. */
export const DealsSetting = z
  .strictObject({
    process: Id.optional().describe(
      'Process of deals: a folder of `templates`. Left out: the one that is about deals.',
    ),
    large_from: z
      .number()
      .positive()
      .optional()
      .describe(
        'Amount from which on `deal.large` is true. Processes ask for that, so that GitLab shows no number.',
      ),
    project: gitlabPath('project', 'sales/deals')
      .optional()
      .describe(
        'Project of the issues of deals, path or id, which customers and delivery cannot read. Left out: that of all issues, where deals are confidential.',
      ),
    group: gitlabPath('group', 'sales')
      .optional()
      .describe(
        'Group of the epics and labels of deals, in which `project` is. Left out: the group that `project` stands in.',
      ),
    in_reports: z
      .boolean()
      .default(false)
      .describe(
        'Whether reports made for others hold deals: files of `report --out`, pages of the service, and what a job of a pipeline prints. Whoever may read those then reads deals.',
      ),
  })
  .superRefine(wholePlace)
  .prefault({})
  .describe('Deals, before there is a SOW.');

/** A group alone holds no issues, and an id tells no group. */
function wholePlace(
  { group, project }: { readonly group?: string | undefined; readonly project?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (group !== undefined && project === undefined)
    context.addIssue({
      code: 'custom',
      path: ['group'],
      message: 'expected `project` beside it: the project in this group that holds the issues of deals',
    });
  if (group === undefined && project !== undefined && !project.includes('/'))
    context.addIssue({
      code: 'custom',
      path: ['project'],
      message: 'expected `group` beside it, or the full path of the project, for example sales/deals',
    });
}
