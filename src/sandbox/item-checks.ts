import type { Engine } from './engine.ts';
import { Refusal } from './operations.ts';
import { canSee, hasPremium } from './reading.ts';
import type { Epic, Issue, User } from './world.ts';

const LONGEST_TITLE = 255;
const LONGEST_DESCRIPTION = 1_048_576;

/** The model's validations of title and description. @see https://docs.gitlab.com/api/issues/ */
export function checkTexts(fields: { readonly title?: string | undefined; readonly description?: string | undefined }): void {
  const problems: Record<string, string[]> = {};
  if (fields.title !== undefined && fields.title.trim() === '') problems['title'] = ["can't be blank"];
  if (fields.title !== undefined && [...fields.title].length > LONGEST_TITLE) {
    problems['title'] = [`is too long (maximum is ${LONGEST_TITLE} characters)`];
  }
  if (fields.description !== undefined && [...fields.description].length > LONGEST_DESCRIPTION) {
    problems['description'] = [`is too long (maximum is ${LONGEST_DESCRIPTION} characters)`];
  }
  if (Object.keys(problems).length > 0) throw new Refusal(400, { message: problems });
}

/**
 * The epic an issue is to be put into. GitLab answers 422 (`EpicAssignmentError`) when it cannot be; its wording,
 * and that it does the same on Free, are not confirmed.
 */
export function epicToJoin(engine: Engine, actor: User, epicId: number, isConfidential: boolean): Epic {
  const epic = engine.world.epics.find((it) => it.id === epicId);
  if (epic === undefined || !hasPremium(engine.world) || !canSee(engine.world, actor, epic)) {
    throw new Refusal(422, { message: 'Epic not found or you do not have permission to assign it' });
  }
  if (epic.confidential && !isConfidential) {
    throw new Refusal(400, { message: { base: ['Cannot assign a confidential epic to a non-confidential issue'] } });
  }
  return epic;
}

/** Assignees who cannot see the issue are dropped without a word; Free keeps the first. */
export function allowedAssignees(engine: Engine, issue: Issue, userIds: readonly number[]): number[] {
  const { world } = engine;
  const ids = [...new Set(userIds)].filter((id) => {
    const user = world.users.find((it) => it.id === id);
    return user !== undefined && user.state === 'active' && canSee(world, user, { ...issue, confidential: false });
  });
  return hasPremium(world) ? ids : ids.slice(0, 1);
}
