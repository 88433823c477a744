import { HEALTH_STATES, type LabelRenames, labelName } from '#domain/base/labels.ts';
import type { HookScope } from './actual-hook.ts';
import { type Installation, offersGroupHooks, offersSeveralBoards, valuesOf } from './installation.ts';
import { boardFor } from './plan-setup.ts';
import type { WantedInstallation } from './wanted-installation.ts';

/** Address for people, and what stands behind the address. */
export interface SetupLink {
  readonly text: string;
  readonly url: string;
}

/**
 * Lists where people find what was set up: boards, and the lists that managers look at. Without epics the
 * engagements are issues, so those lists are of issues. Empty where group or project could not be read.
 */
export function setupLinks(
  wanted: WantedInstallation,
  actual: Installation,
  renames: LabelRenames,
): readonly SetupLink[] {
  if (actual.group.kind === 'refused' || actual.project.kind === 'refused') return [];
  const group = actual.group.value.url;
  const project = actual.project.value.url;
  const boards = valuesOf(actual.boards);
  const several = offersSeveralBoards(actual.capabilities);
  const boardLink = (text: string, id: number | undefined): readonly SetupLink[] =>
    id === undefined ? [] : [{ text, url: `${group}/-/boards/${id}` }];
  const items = actual.capabilities.epics ? 'epics' : 'issues';
  const hookScope: HookScope = offersGroupHooks(actual.capabilities) ? 'group' : 'project';
  return [
    ...boardLink(
      'Board of the engineers, by state',
      several ? boardFor(wanted.stepsBoard, boards)?.id : boards[0]?.id,
    ),
    ...boardLink(
      'Board of the managers, by role',
      several ? boardFor(wanted.rolesBoard, boards)?.id : undefined,
    ),
    ...HEALTH_STATES.map((health) => ({
      text: `Engagements, health "${health}"`,
      url: `${group}/-/${items}?label_name[]=${encodeURIComponent(labelName('health', health, renames))}`,
    })),
    ...(several
      ? []
      : wanted.rolesBoard.lists.map((label) => ({
          text: `Open steps of ${label}`,
          url: `${group}/-/issues?label_name[]=${encodeURIComponent(label)}`,
        }))),
    ...(wanted.hook === null
      ? []
      : [{ text: 'Webhook', url: `${hookScope === 'group' ? group : project}/-/hooks` }]),
    ...(wanted.schedule === null ? [] : [{ text: 'Schedule', url: `${project}/-/pipeline_schedules` }]),
  ];
}
