import { describe, expect, it } from 'vitest';
import { parseKey } from '#cli/targets/target.ts';

describe('cli/target', () => {
  it.each(['SOW-1042', 'SOW-A.1-b'])('takes %s for a SOW number', (word) => {
    expect(parseKey(word)).toBe(word);
  });

  it.each([
    ['1042', 'Did you mean SOW-1042?'],
    ['sow-1042', 'Did you mean SOW-1042?'],
    ['sow 7', 'Did you mean SOW-7?'],
    ['SOW-', 'Write the SOW number as on its label'],
    ['SOW-1;rm -rf', 'Write the SOW number as on its label'],
    ['', 'got ""'],
    ['\u001B[2J', String.raw`\u001b[2J`],
  ])('refuses %j with a way out', (word, message) => {
    expect(() => parseKey(word)).toThrow(message);
  });
});
