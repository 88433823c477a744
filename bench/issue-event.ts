import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changesBetween, itemPayload, snapshot } from '../sandbox/hook-payload.ts';
import type { TestWorld } from '../test/support/gitlab-world.ts';

/**
 * The webhook body of a changed issue of SOW-1042, as GitLab builds it. The engagement does not exist in the world
 * (its issue is removed again), so that the worker finds nothing to do.
 */
export function anIssueEvent({ sandbox, seed }: TestWorld): string {
  const { world, operations } = sandbox;
  const template = join(import.meta.dirname, '../issue_templates/delivery/kick-off.md');
  const actor = seed.eli.user;
  const item = operations.createIssue(seed.bot.user, seed.project.id, {
    title: 'Kick-off with the customer',
    description: readFileSync(template, 'utf8'),
    labels: ['SOW-1042', 'step::kick-off', 'role::engineer', 'workflow::ready'],
    assigneeIds: [actor.id],
  });
  const before = snapshot(world, item);
  operations.updateIssue(actor, item, { addLabels: ['workflow::in progress'] });
  const changes = changesBetween(before, snapshot(world, item));
  const body = JSON.stringify(itemPayload(world, { item, actor, action: 'update', changes }));
  world.issues.splice(world.issues.indexOf(item), 1);
  return body;
}
