/** One change that `setup` makes to GitLab. Boards are named, so that a plan can be shown before they exist. */

import type { LabelDefinition } from '#domain/base/labels.ts';
import type { HookScope } from './actual-hook.ts';

/** Events that a webhook of ours is subscribed to. */
export const HOOK_EVENTS = ['issues', 'confidentialIssues', 'notes', 'confidentialNotes'] as const;
/** Name of an event of a webhook: `confidentialIssues`. */
export type HookEventName = (typeof HOOK_EVENTS)[number];

/** One change that `setup` makes to GitLab. Boards are named, so that a plan can be shown before they exist. */
export type SetupAction =
  | { readonly kind: 'create-label'; readonly label: LabelDefinition }
  | {
      readonly kind: 'update-label';
      readonly id: number;
      /** As it is now. */
      readonly name: string;
      /** Colour and description are sent even if only one differs. */
      readonly label: LabelDefinition;
      /** `name`, `colour`, `description` */
      readonly changes: readonly string[];
    }
  | { readonly kind: 'create-board'; readonly board: string }
  | {
      readonly kind: 'add-list';
      readonly board: string;
      readonly label: string;
      /** Where it goes, from 0; `null`: at the end, where GitLab puts it. */
      readonly position: number | null;
    }
  | {
      readonly kind: 'create-hook';
      readonly scope: HookScope;
      readonly url: string;
      readonly secret: 'signing-token' | 'secret-token';
    }
  | {
      readonly kind: 'update-hook';
      readonly scope: HookScope;
      readonly id: number;
      readonly url: string;
      /** Events to switch on. */
      readonly events: readonly HookEventName[];
      /** `null`: the hook keeps what it has. */
      readonly secret: 'signing-token' | 'secret-token' | null;
    }
  | {
      /** A test delivery; GitLab enables a disabled hook when our side answers it. */
      readonly kind: 'enable-hook';
      readonly scope: HookScope;
      readonly id: number;
      readonly url: string;
    }
  | {
      readonly kind: 'create-schedule';
      readonly description: string;
      readonly ref: string;
      readonly cron: string;
    }
  | {
      readonly kind: 'own-schedule';
      readonly id: number;
      readonly description: string;
      /** Who had it. */
      readonly owner: string;
    }
  | {
      readonly kind: 'update-schedule';
      readonly id: number;
      readonly description: string;
      readonly active: true | null;
      readonly cron: string | null;
    };

/** Change that should be made and cannot be, with this token or by anybody's program. */
export interface Obstacle {
  readonly what: string;
  readonly why: string;
  /** What a person does about it, as a sentence. */
  readonly fix: string;
}

/** Plan of `setup`: what is done, what cannot be done, and what is worth knowing. */
export interface SetupPlan {
  /** In this order: labels before the lists that need them. */
  readonly actions: readonly SetupAction[];
  readonly obstacles: readonly Obstacle[];
  /** Worth knowing; nothing is wrong. */
  readonly notes: readonly string[];
}

/** Part of a plan, for one kind of thing; what is left out is empty. */
export type SetupPart = Partial<SetupPlan>;

/** Obstacle of what could not be read. @param what in the plural: `boards` */
export function unseen(what: string, reason: string): Obstacle {
  return {
    what,
    why: `they cannot be read: ${reason}`,
    fix: 'Run procession doctor: it says which right the token lacks.',
  };
}

/** `+` makes something, `~` changes something. */
export function actionSign({ kind }: SetupAction): '+' | '~' {
  return kind.startsWith('create') || kind === 'add-list' ? '+' : '~';
}

const SECRETS = { 'signing-token': 'signing token', 'secret-token': 'secret token' } as const;

/** Words for the events of a webhook in sentences. */
export const EVENT_WORDS: Readonly<Record<HookEventName, string>> = {
  issues: 'issue events',
  confidentialIssues: 'confidential issue events',
  notes: 'comments',
  confidentialNotes: 'confidential comments',
};

/** Says in one line what an action does to what: `label workflow::ready: colour`. */
export function setupActionText(action: SetupAction): string {
  switch (action.kind) {
    case 'create-label':
      return `label ${action.label.name}`;
    case 'update-label':
      return action.name === action.label.name
        ? `label ${action.name}: ${action.changes.join(' and ')}`
        : `label ${action.name} → ${action.label.name}${action.changes.length > 1 ? `, ${action.changes.slice(1).join(' and ')}` : ''}`;
    case 'create-board':
      return `board "${action.board}"`;
    case 'add-list':
      return `list ${action.label} on board "${action.board}"`;
    case 'create-hook':
      return `${action.scope} webhook ${action.url} with ${SECRETS[action.secret]}`;
    case 'update-hook': {
      const changes = [
        ...action.events.map((event) => EVENT_WORDS[event]),
        ...(action.secret === null ? [] : [SECRETS[action.secret]]),
      ];
      return `${action.scope} webhook ${action.url}: ${changes.join(', ')}`;
    }
    case 'enable-hook':
      return `${action.scope} webhook ${action.url}: enable again by a test delivery`;
    case 'create-schedule':
      return `pipeline schedule "${action.description}", ${action.cron} (UTC) on ${action.ref}`;
    case 'own-schedule':
      return `pipeline schedule "${action.description}": take it over from ${action.owner}`;
    case 'update-schedule': {
      const changes = [
        ...(action.active === null ? [] : ['activate']),
        ...(action.cron === null ? [] : [`run at ${action.cron}`]),
      ];
      return `pipeline schedule "${action.description}": ${changes.join(', ')}`;
    }
  }
}
