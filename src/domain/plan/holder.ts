/** What holds an engagement: an epic where GitLab has them, else a tracking issue; and the move from one to the other. */

import { EMPTY_MEMORY } from '#domain/engagement/memory.ts';
import type { HolderKind } from '#domain/engagement/state.ts';
import type { Action } from './action.ts';
import type { Draft, PlanInput } from './input.ts';
import { nextRecord, toWrite } from './record.ts';

type Moving = Pick<PlanInput, 'facts' | 'wishes'>;

/** Whether the engagement's tracking issue is to become an epic now. */
export function movesToEpic({ facts: { found, capabilities }, wishes }: Moving): boolean {
  return wishes.migrate && capabilities.epics && found.epic !== null && found.epic.tracking !== null;
}

/** Holder of the engagement once the plan is carried out. A tracking issue stays one until it is moved. */
export function holderAfter(input: Moving): HolderKind {
  const { found, capabilities } = input.facts;
  if (found.epic === null) return capabilities.epics ? 'epic' : 'tracking issue';
  return movesToEpic(input) || found.epic.tracking === null ? 'epic' : 'tracking issue';
}

/** Closes the tracking issue that is left now, and any that an interrupted move has left behind. */
export function planRetirement(
  draft: Pick<Draft, 'facts' | 'wishes' | 'settings' | 'context' | 'touches' | 'proposals'>,
): readonly Action[] {
  const { found } = draft.facts;
  const left = [...(movesToEpic(draft) && found.epic !== null ? [found.epic] : []), ...found.leftTracking];
  const record = nextRecord(draft, [], false);
  const moved = { ...record, memory: { ...EMPTY_MEMORY, moved: true }, done: new Map() };
  return left.map(
    ({ id, reference }): Action => ({ kind: 'retire-tracking', id, reference, record: toWrite(moved, []) }),
  );
}

/** Text left in a tracking issue whose engagement goes on in an epic. @param epic reference of the epic */
export function movedBlock(engagement: string, epic: string): string {
  return `**Moved.** ${engagement} goes on in ${epic}; this issue is closed and no longer kept up to date. Its comments stay here.`;
}
