import { describe, expect, it } from 'vitest';
import { newIssueText, stepReference } from '#domain/text/references.ts';
import { anIssue } from '#test/support/builders.ts';

describe('domain/references', () => {
  it('gives a new issue all numbers of the issues it mentions, or none', () => {
    const first = anIssue('first');
    const text = `Waits for ${stepReference('first')} First and ${stepReference('second')} Second.`;
    const second = { ...anIssue('second'), iid: first.iid + 1 };

    expect(newIssueText(text, new Map([['first', first]]))).toBe('Waits for First and Second.');
    expect(
      newIssueText(
        text,
        new Map([
          ['first', first],
          ['second', second],
        ]),
      ),
    ).toBe(`Waits for #${first.iid} First and #${second.iid} Second.`);
  });
});
