import { describe, expect, it } from 'vitest';
import { joinRulings, splitRulings } from '#domain/migration/rulings.ts';
import { NO_RULINGS, Rulings } from '#domain/rulings/rulings.ts';

const said = { by: 'mira', byId: 3, on: '2027-02-01', note: 7 };
const call = (step: string) => ({
  step,
  what: 'slot' as const,
  id: null,
  to: null,
  time: null,
  slot: 'Tue 10:00',
  reason: '',
  ...said,
});
const waiver = (step: string) => ({ step, reason: 'by phone', skip: false, used: false, ...said });
const rulings = Rulings.parse({
  calls: [call('project-calls'), call('old-updates')],
  waivers: [waiver('project-calls'), waiver('old-updates')],
});
const rename = (step: string): string | null => (step === 'project-calls' ? 'calls' : null);

describe('what people have ruled about steps', () => {
  it('goes on under the new name of a step, and is set aside where the step ends', () => {
    const { kept, aside } = splitRulings(rulings, rename);

    expect(kept.calls.map(({ step }) => step)).toEqual(['calls']);
    expect(kept.waivers.map(({ step }) => step)).toEqual(['calls']);
    expect(aside.calls.map(({ step }) => step)).toEqual(['old-updates']);
    expect(aside.waivers.map(({ step }) => step)).toEqual(['old-updates']);
  });

  it('comes back from where it was set aside', () => {
    const { aside } = splitRulings(rulings, rename);

    expect(joinRulings(NO_RULINGS, [aside])).toEqual(aside);
  });
});
