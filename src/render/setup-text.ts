import { counted } from '#domain/base/sentence.ts';
import type { Obstacle, SetupAction, SetupPlan } from '#domain/setup/action.ts';
import { actionSign, setupActionText } from '#domain/setup/action.ts';
import type { SetupLink } from '#domain/setup/links.ts';
import { type Paint, visible } from './paint.ts';

/** Prints what `setup` does or would do, a line each; then a count. */
export function setupPlanText({ actions, obstacles }: SetupPlan, paint: Paint): string {
  if (actions.length === 0)
    return obstacles.length === 0
      ? 'Everything is set up: nothing to do.'
      : 'Nothing to do but what follows.';
  const made = actions.filter((action) => actionSign(action) === '+').length;
  return [
    ...actions.map((action) => setupLine(action, paint)),
    '',
    `Setup: ${made} to create, ${actions.length - made} to change.`,
  ].join('\n');
}

/** Prints one action. */
export function setupLine(action: SetupAction, paint: Paint): string {
  const sign = actionSign(action);
  return `${paint(sign === '+' ? 'good' : 'change', sign)} ${visible(setupActionText(action))}`;
}

/** Prints what could not be done, why, and who does what about it. */
export function obstaclesText(obstacles: readonly Obstacle[], paint: Paint): string {
  const lines = obstacles.map(
    ({ what, why, fix }) => `${paint('bad', '!')} ${visible(what)}: ${visible(why)}. Fix: ${visible(fix)}`,
  );
  return [`${counted(obstacles.length, 'thing')} not done:`, ...lines].join('\n');
}

/** Prints addresses for people, a line each. */
export function linksText(links: readonly SetupLink[], paint: Paint): string {
  const width = Math.max(0, ...links.map(({ text }) => text.length));
  return links.map(({ text, url }) => `${text.padEnd(width)}  ${paint('link', visible(url))}`).join('\n');
}
