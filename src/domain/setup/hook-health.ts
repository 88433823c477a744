/** Judges the webhooks that GitLab calls us by. */
import { casesOf, filledIn } from '#domain/base/sentence.ts';
import { type ActualHook, type HookScope, shownUrl } from './actual-hook.ts';
import {
  HOOK_RULES,
  HOOK_STATES,
  type HookLook,
  type HookRule,
  type HookSearch,
  type HookState,
  SEARCH_RULES,
} from './hook-rules.ts';

/** Report of one hook of ours. */
export interface HookReport {
  readonly id: number;
  readonly scope: HookScope;
  readonly url: string;
  readonly state: HookState;
  /** What, why and what to do, one line each. */
  readonly texts: readonly string[];
}

/** Health of all our hooks after one check. `/readyz` shows it. */
export interface HookHealth {
  readonly state: HookState;
  /** What, why and what to do in one line. */
  readonly text: string;
  readonly hooks: readonly HookReport[];
  /** Hooks that a test delivery of this check has enabled again. */
  readonly enabled: number;
  /** Deliveries that reached us through a resend of this check. */
  readonly resent: number;
  /** Failed deliveries still to resend. */
  readonly left: number;
  /** Failed deliveries no longer tried; the sweep repairs what they would have told. */
  readonly givenUp: number;
  /** What GitLab said last that was not a success. */
  readonly lastError: string | null;
  /** ISO 8601, UTC. */
  readonly checkedAt: string;
}

/** Health of hooks that could be looked at. */
export function healthOf(
  looks: readonly HookLook[],
  { lastError, checkedAt }: Pick<HookHealth, 'lastError' | 'checkedAt'>,
): HookHealth {
  const hooks = reportHooks(looks);
  const state = worst(hooks.map((hook) => hook.state));
  const told = hooks.find((hook) => hook.state === state && hook.texts.length > 0);
  return {
    state,
    text:
      told === undefined
        ? 'GitLab reaches us.'
        : `The ${told.scope} webhook to ${told.url}: ${told.texts.join(' ')}`,
    hooks,
    enabled: looks.filter(({ test }) => test?.isDelivered === true).length,
    resent: sum(looks.map(({ resent }) => resent)),
    left: sum(looks.map(({ failed }) => failed?.length ?? 0)),
    givenUp: sum(looks.map(({ givenUp }) => givenUp)),
    lastError,
    checkedAt,
  };
}

/** Health where no hook of ours was found. */
export function healthWithout(
  search: HookSearch,
  { lastError, checkedAt }: Pick<HookHealth, 'lastError' | 'checkedAt'>,
): HookHealth {
  const sentences = told(SEARCH_RULES, search);
  return {
    state: worst(sentences.map(({ state }) => state)),
    text: sentences.map(({ text }) => text).join(' '),
    hooks: [],
    enabled: 0,
    resent: 0,
    left: 0,
    givenUp: 0,
    lastError,
    checkedAt,
  };
}

/** Health in one place of several. */
export interface PlaceHealth {
  /** @example `Deals (sales/deals)` */
  readonly place: string;
  readonly health: HookHealth;
}

/** Health of the hooks of several places: the worst counts, and whatever is not well is told with its place. */
export function healthTogether(places: readonly [PlaceHealth, ...PlaceHealth[]]): HookHealth {
  const healths = places.map(({ health }) => health);
  const unwell = places.filter(({ health }) => health.state !== 'ok');
  const texts = (unwell.length === 0 ? places : unwell).map(
    ({ place, health }) => `${place}: ${health.text}`,
  );
  return {
    state: worst(healths.map(({ state }) => state)),
    text: texts.join(' '),
    hooks: healths.flatMap(({ hooks }) => hooks),
    enabled: sum(healths.map(({ enabled }) => enabled)),
    resent: sum(healths.map(({ resent }) => resent)),
    left: sum(healths.map(({ left }) => left)),
    givenUp: sum(healths.map(({ givenUp }) => givenUp)),
    lastError: healths.find(({ lastError }) => lastError !== null)?.lastError ?? null,
    checkedAt: places[0].health.checkedAt,
  };
}

/** Report of each hook. Events count as subscribed when any of the hooks sends them. */
export function reportHooks(looks: readonly HookLook[]): readonly HookReport[] {
  const missing = missingEvents(looks.map(({ hook }) => hook));
  return looks.map((look) => {
    const { id, scope, url } = look.hook;
    const sentences = told(HOOK_RULES, { ...look, missing });
    const state = worst(sentences.map((sentence) => sentence.state));
    return { id, scope, url: shownUrl(url), state, texts: sentences.map(({ text }) => text) };
  });
}

/** State of several that matters most; `ok` for none. */
export function worst(states: readonly HookState[]): HookState {
  return HOOK_STATES.find((state) => states.includes(state)) ?? 'ok';
}

/** Says whether events are lost in a state: GitLab keeps nothing for a disabled hook, and gives up on what fails for long. */
export function losesEvents(state: HookState): boolean {
  return state === 'disabled' || state === 'failing' || state === 'absent';
}

function told<Facts>(
  rules: readonly HookRule<Facts>[],
  facts: Facts,
): readonly { readonly state: HookState; readonly text: string }[] {
  return rules.flatMap(({ state, applies, says }) =>
    casesOf(applies(facts)).map((details) => ({ state, text: filledIn(says, details) })),
  );
}

function missingEvents(hooks: readonly ActualHook[]): readonly string[] {
  return [
    ...(hooks.some(({ events }) => events.issues) ? [] : ['issue events']),
    ...(hooks.some(({ events }) => events.notes) ? [] : ['comment events']),
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
