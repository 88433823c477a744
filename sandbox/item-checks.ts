import { characterCount } from './characters.ts';
import type { Engine } from './engine.ts';
import { Refusal } from './operations.ts';
import type { Item } from './reading.ts';
import { canSee, forbidden, hasPremium } from './reading.ts';
import { findEpicById, findUserById } from './records.ts';
import type { Epic, Issue, User } from './world.ts';

const LONGEST_TITLE = 255;
const LONGEST_DESCRIPTION = 1_048_576;

/** The model's validations of title and description. @see https://docs.gitlab.com/api/issues/ */
export function checkTexts(fields: {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
}): void {
  const problems: Record<string, string[]> = {};
  if (fields.title !== undefined && fields.title.trim() === '') problems['title'] = ["can't be blank"];
  if (fields.title !== undefined && characterCount(fields.title) > LONGEST_TITLE) {
    problems['title'] = [`is too long (maximum is ${LONGEST_TITLE} characters)`];
  }
  if (fields.description !== undefined && characterCount(fields.description) > LONGEST_DESCRIPTION) {
    problems['description'] = [`is too long (maximum is ${LONGEST_DESCRIPTION} characters)`];
  }
  if (Object.keys(problems).length > 0) throw new Refusal(400, { message: problems });
}

/**
 * The epic an issue is to be put into. Without the licence nobody may read epics: that makes 403.
 *
 * @throws {Refusal} 403, or 404 for an epic that is not there or that the actor cannot see, or 422 for a confidential
 * epic and an issue that is not (that wording is not confirmed). `joining` is `null` for an issue still to be created.
 * @see ee/app/services/ee/issues/base_service.rb `epic_param`
 */
export function epicToJoin(
  engine: Engine,
  actor: User,
  epicId: number,
  joining: { readonly confidential: boolean } | null,
): Epic {
  if (!hasPremium(engine.world)) throw forbidden();
  const epic = findEpicById(engine.world, epicId);
  if (epic === undefined || !canSee(engine.world, actor, epic))
    throw new Refusal(404, { message: '404 Not found' });
  if (epic.confidential && joining?.confidential === false) {
    throw new Refusal(422, { message: 'Cannot assign a non-confidential issue to a confidential epic' });
  }
  return epic;
}

/**
 * An epic becomes confidential only when nothing in it can be read by everybody.
 *
 * @throws {Refusal} 400; that wording is not confirmed
 * @see https://gitlab.com/gitlab-org/gitlab/-/issues/197340
 */
export function checkConfidential({ world }: Engine, item: Item, confidential: boolean | undefined): void {
  if (item.kind !== 'epic' || confidential !== true) return;
  if (world.issues.some((issue) => issue.epicId === item.id && !issue.confidential))
    throw new Refusal(400, {
      message: { confidential: ['Cannot make the epic confidential if it contains non-confidential issues'] },
    });
}

/** Assignees who cannot see the issue are dropped without a word; Free keeps the first. */
export function allowedAssignees(engine: Engine, issue: Issue, userIds: readonly number[]): number[] {
  const { world } = engine;
  const ids = [...new Set(userIds)].filter((id) => {
    const user = findUserById(world, id);
    return (
      user !== undefined && user.state === 'active' && canSee(world, user, { ...issue, confidential: false })
    );
  });
  return hasPremium(world) ? ids : ids.slice(0, 1);
}
