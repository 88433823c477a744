/** Actions in words, for the audit log. */

import type { NoteTarget } from '#domain/engagement/state.ts';
import type { Action } from '#domain/plan/action.ts';

/**
 * Says one action in a line. @example `create issue kick-off` · `kick-off: ready → blocked` · `note closed-too-early
 * on kick-off`
 */
export function actionText(action: Action): string {
  switch (action.kind) {
    case 'create-label':
      return `create label ${action.label.name}`;
    case 'create-epic':
      return `create ${action.holder}`;
    case 'create-issue':
      return `create issue ${action.step}`;
    case 'add-link':
      return `link ${action.from} blocks ${action.to}`;
    case 'remove-link':
      return `unlink ${action.from} from ${action.to}`;
    case 'relate':
      return `relate to ${action.engagement}`;
    case 'place-issues':
      return `order in the epic: ${action.places.map(({ step, after }) => `${step} after ${after}`).join(', ')}`;
    case 'start-pipeline':
      return `start pipeline ${action.attempt} of ${action.step} in ${action.project}`;
    case 'open-thread':
      return `open thread ${action.occurrence} of ${action.step}`;
    case 'edit-thread':
      return `thread ${action.occurrence} of ${action.step}: ${action.why}`;
    case 'delete-thread':
      return `delete duplicate thread ${action.occurrence} of ${action.step}`;
    case 'close-twin':
      return `close duplicate ${action.item} ${action.reference}`;
    case 'write-copy':
      return 'write the protected copy of the record';
    case 'retire-tracking':
      return `close tracking issue ${action.reference}: it is an epic now`;
    case 'write-note':
      return `note ${action.rule} on ${targetText(action.target)}`;
    case 'answer':
      return `answer comment ${action.noteId} on ${targetText(action.target)}: ${action.outcome}`;
    case 'update-issue':
      return `${action.step}: ${action.why.join(', ')}`;
    case 'update-epic':
      return `epic: ${action.why.join(', ')}`;
  }
}

function targetText(target: NoteTarget): string {
  return target.kind === 'epic' ? 'epic' : target.step;
}
