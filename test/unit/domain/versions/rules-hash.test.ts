import { describe, expect, it } from 'vitest';
import { rulesHash } from '#domain/versions/rules-hash.ts';
import { textsHash } from '#domain/versions/texts-hash.ts';
import { aDoneWhen, aProcess, aStep } from '#test/support/builders.ts';

const FIELD = { field: 'Sent on', kind: 'date', required: true } as const;

function hashOf(step: Parameters<typeof aStep>[1]): string {
  return rulesHash(aProcess({ steps: [aStep('first', step)] }));
}

describe('domain/process/rules-hash', () => {
  it('is another for another rule', () => {
    const plain = hashOf({});

    expect(
      new Set([
        plain,
        hashOf({ owner: 'manager' }),
        hashOf({ after: [{ step: 'zero', until: 'done' }] }),
        hashOf({ done_when: aDoneWhen({ checklist: false }) }),
        hashOf({ done_when: aDoneWhen({ evidence: [FIELD] }) }),
        rulesHash(aProcess({ steps: [aStep('first')], profile: 'strict' })),
        rulesHash(aProcess({ steps: [aStep('first')], closeWhen: ['another'] })),
      ]).size,
    ).toBe(7);
  });

  it('is the same for other texts, and for what is said that holds anyway', () => {
    const step = aStep('first', { done_when: aDoneWhen({ evidence: [FIELD] }) });
    const mended = {
      ...step,
      title: 'Another title',
      body: 'Another text',
      done_when: { ...step.done_when, evidence: [{ ...FIELD, hint: 'the day' }] },
    };
    const { confidential: _, ...unsaid } = step;

    expect(rulesHash(aProcess({ steps: [mended] }))).toBe(rulesHash(aProcess({ steps: [step] })));
    expect(rulesHash(aProcess({ steps: [unsaid as typeof step] }))).toBe(
      rulesHash(aProcess({ steps: [step] })),
    );
  });
});

describe('the hash of the texts', () => {
  it('is another for every text, and the same for other rules', () => {
    const step = aStep('first', { done_when: aDoneWhen({ evidence: [FIELD] }) });
    const plain = aProcess({ steps: [step] });
    const hinted = { ...step.done_when, evidence: [{ ...FIELD, hint: 'the day' }] };
    const texts = [
      plain,
      { ...plain, name: 'Another name' },
      { ...plain, epicBody: 'Another text' },
      { ...plain, partials: { more: 'Another text' } },
      { ...plain, titles: { ...plain.titles, issue: 'Another title' } },
      aProcess({ steps: [{ ...step, title: 'Another title' }] }),
      aProcess({ steps: [{ ...step, body: 'Another text' }] }),
      aProcess({ steps: [{ ...step, done_when: hinted }] }),
    ];

    expect(new Set(texts.map(textsHash)).size).toBe(texts.length);
    expect(textsHash(aProcess({ steps: [{ ...step, owner: 'manager' }], closeWhen: ['first'] }))).toBe(
      textsHash(plain),
    );
  });
});
