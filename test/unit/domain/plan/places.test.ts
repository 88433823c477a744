import { describe, expect, it } from 'vitest';
import { assess } from '#domain/assess/assess.ts';
import { EMPTY_MEMORY } from '#domain/engagement/memory.ts';
import { FREE, PREMIUM } from '#domain/engagement/state.ts';
import type { Action } from '#domain/plan/action.ts';
import { plan } from '#domain/plan/plan.ts';
import { identify } from '#domain/record/identify.ts';
import { anEpic, anIssue, aPlanInput, aProcess, aSow, aState, someSettings } from '#test/support/builders.ts';

const STEPS = ['first', 'second', 'talks', 'last'];

/**
 * What a run plans where these issues are there.
 *
 * @param steps those with an issue; `!second` has one that is not in the epic
 * @param recorded what the epic remembers; all when not given
 */
function planned(
  steps: readonly string[],
  { recorded = STEPS, epics = true }: { recorded?: readonly string[]; epics?: boolean } = {},
): readonly Action[] {
  const issues = steps.map((name) => {
    const step = name.replace('!', '');
    return anIssue(step, { iid: STEPS.indexOf(step) + 1, ...(step === name ? {} : { epicId: null }) });
  });
  const remembered = new Map(
    recorded.map((step) => [step, anIssue(step, { iid: STEPS.indexOf(step) + 1 }).id]),
  );
  const found = {
    ...identify(aState({ issues, epics: epics ? [anEpic()] : [] })),
    memory: { ...EMPTY_MEMORY, issues: remembered },
  };
  const settings = someSettings();
  const [process, sow] = [aProcess(), aSow()];
  const assessment = assess({ engagement: 'SOW-1', today: '2026-11-20', process, sow, found, settings });
  const input = aPlanInput({ assessment, found }, settings);
  const capabilities = epics || steps.length === 0 ? PREMIUM : FREE;
  return plan({ ...input, facts: { ...input.facts, capabilities } }).actions;
}

const created = (actions: readonly Action[]): readonly string[] =>
  actions.flatMap((action) => (action.kind === 'create-issue' ? [action.step] : []));
const joined = (actions: readonly Action[]): readonly string[] =>
  actions.flatMap((action) => (action.kind === 'update-issue' && action.joinEpic ? [action.step] : []));
const placed = (actions: readonly Action[]): readonly string[] =>
  actions.flatMap((action) =>
    action.kind === 'place-issues' ? action.places.map(({ step, after }) => `${step} after ${after}`) : [],
  );

describe('the order of steps in their epic', () => {
  it('is that of a launch that makes the last step first, without a move', () => {
    const actions = planned([], { epics: false });

    expect(created(actions)).toEqual(STEPS.toReversed());
    expect(placed(actions)).toEqual([]);
  });

  it('is kept by a launch that goes on after a crash: nothing is recorded yet', () => {
    const actions = planned(['talks', 'last'], { recorded: [] });

    expect(created(actions)).toEqual(['second', 'first']);
    expect(placed(actions)).toEqual([]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['in the middle', ['first', 'talks', 'last'], ['second after first']],
    ['at the end', ['first', 'second', 'talks'], ['last after talks']],
    ['on top, where a new one is anyway', ['second', 'talks', 'last'], []],
    ['one behind the other', ['first', 'last'], ['second after first', 'talks after second']],
    ['around one that stays', ['second', 'last'], ['talks after second']],
  ])('is that of the process after steps were made anew %s', (_where, steps, places) => {
    expect(placed(planned(steps))).toEqual(places);
  });

  it('is that of the process after steps were put back, the last one first', () => {
    const actions = planned(['!first', '!second', 'talks', '!last']);

    expect(joined(actions)).toEqual(['last', 'second', 'first']);
    expect(placed(actions)).toEqual(['last after talks']);
  });

  it('is finished by the run after a crash between making a step and recording it', () => {
    expect(placed(planned(STEPS, { recorded: ['first', 'talks', 'last'] }))).toEqual(['second after first']);
  });

  it('is left to people once everything is recorded, and where the record is lost', () => {
    expect(placed(planned(STEPS))).toEqual([]);
    expect(placed(planned(STEPS, { recorded: [] }))).toEqual([]);
  });
});
