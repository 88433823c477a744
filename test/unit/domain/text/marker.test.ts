import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeMarker,
  encodeNoteMarker,
  type Marker,
  parseMarker,
  parseNoteMarker,
} from '#domain/text/marker.ts';
import { measureCpu } from '#test/support/cpu.ts';

const STEP: Marker = {
  kind: 'step',
  engagement: 'SOW-1042',
  process: 'delivery',
  profile: null,
  step: 'kick-off',
};
const EPIC: Marker = { kind: 'epic', engagement: 'SOW-1042', process: 'delivery', profile: null, step: null };

describe('domain/marker', () => {
  it('writes the documented lines', () => {
    expect(encodeMarker(STEP)).toBe('<!-- procession:step v1 SOW-1042 delivery kick-off -->');
    expect(encodeMarker(EPIC)).toBe('<!-- procession:epic v1 SOW-1042 delivery -->');
    expect(encodeMarker({ ...EPIC, profile: 'strict' })).toBe(
      '<!-- procession:epic v1 SOW-1042 delivery profile=strict -->',
    );
    expect(encodeMarker({ ...STEP, profile: 'strict', step: 'change-request/2' })).toBe(
      '<!-- procession:step v1 SOW-1042 delivery change-request/2 profile=strict -->',
    );
  });

  it('reads back what it writes', () => {
    const id = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,3}$/);
    const marker = fc.record({
      engagement: fc.stringMatching(/^SOW-[A-Za-z0-9][A-Za-z0-9.-]{0,40}$/),
      process: id,
      profile: fc.option(id),
      step: fc.option(
        fc.oneof(
          id,
          id.map((step) => `${step}/2026-w12`),
        ),
      ),
    });

    fc.assert(
      fc.property(marker, (parts) => {
        const whole: Marker = { kind: parts.step === null ? 'epic' : 'step', ...parts };
        expect(parseMarker(encodeMarker(whole))).toEqual(whole);
      }),
    );
  });

  it.each([
    ['blanks around it', '  <!--   procession:step  v1 SOW-1042 delivery   kick-off   -->  '],
    ['CRLF', '<!-- procession:step v1 SOW-1042 delivery kick-off -->\r\nhello\r\n'],
    ['text before it', 'hello\n\n<!-- procession:step v1 SOW-1042 delivery kick-off -->\nhello'],
    ['no blanks inside', '<!--procession:step v1 SOW-1042 delivery kick-off-->'],
    [
      'a second marker after it',
      '<!-- procession:step v1 SOW-1042 delivery kick-off -->\n<!-- procession:epic v1 SOW-9 delivery -->',
    ],
    [
      'an earlier one inside a code fence',
      '```\n<!-- procession:epic v1 SOW-9 delivery -->\n```\n<!-- procession:step v1 SOW-1042 delivery kick-off -->',
    ],
    [
      'an earlier one inside a longer fence',
      '~~~~ text\n~~~\n<!-- procession:epic v1 SOW-9 delivery -->\n~~~~\n<!-- procession:step v1 SOW-1042 delivery kick-off -->',
    ],
    [
      'a quoted fence that is left open',
      '> ```\n> x\n\n<!-- procession:step v1 SOW-1042 delivery kick-off -->',
    ],
  ])('is found with %s', (_, description) => {
    expect(parseMarker(description)).toEqual(STEP);
  });

  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['a newer version', '<!-- procession:step v2 SOW-1042 delivery kick-off -->'],
    ['another kind', '<!-- procession:task v1 SOW-1042 delivery kick-off -->'],
    ['text on the same line', '<!-- procession:step v1 SOW-1042 delivery kick-off --> hello'],
    ['text before it on the line', 'hello <!-- procession:step v1 SOW-1042 delivery kick-off -->'],
    ['a quote', '> <!-- procession:step v1 SOW-1042 delivery kick-off -->'],
    ['a code fence', '```\n<!-- procession:step v1 SOW-1042 delivery kick-off -->\n```'],
    ['a step without step', '<!-- procession:step v1 SOW-1042 delivery -->'],
    ['an epic with step', '<!-- procession:epic v1 SOW-1042 delivery kick-off -->'],
    ['a key that is no SOW number', '<!-- procession:step v1 1042 delivery kick-off -->'],
    ['a step id that cannot be one', '<!-- procession:step v1 SOW-1042 delivery Kick_Off -->'],
    ['no end of comment', '<!-- procession:step v1 SOW-1042 delivery kick-off'],
  ])('is not found in %s', (_, description) => {
    expect(parseMarker(description)).toBeNull();
  });

  it('refuses to write what could not be read back', () => {
    expect(() => encodeMarker({ ...STEP, step: 'kick off' })).toThrow(TypeError);
    expect(() => encodeMarker({ ...STEP, engagement: 'SOW-1 -->' })).toThrow(TypeError);
    expect(() => encodeMarker({ ...STEP, kind: 'epic' })).toThrow(TypeError);
    expect(() => encodeNoteMarker('two words')).toThrow(TypeError);
    expect(() => encodeNoteMarker('-->')).toThrow(TypeError);
  });

  it('signs a comment with its last line', () => {
    const body = `Reopened, because the kick-off is not done.\n\n${encodeNoteMarker('reopened:kick-off')}`;

    expect(parseNoteMarker(body)).toBe('reopened:kick-off');
    expect(parseNoteMarker(`${body}\r\n\r\n`)).toBe('reopened:kick-off');
  });

  it('does not take a quoted or an earlier note marker for a signature', () => {
    expect(parseNoteMarker('<!-- procession:note reopened -->\nI say')).toBeNull();
    expect(parseNoteMarker('> <!-- procession:note reopened -->')).toBeNull();
    expect(parseNoteMarker('```\n<!-- procession:note reopened -->\n```')).toBeNull();
    expect(parseNoteMarker('')).toBeNull();
  });

  it('reads a line of a million blanks in no time', () => {
    const hostile = `- ${' '.repeat(1_000_000)}\n<!-- procession:step v1 ${' '.repeat(1_000_000)}\n${'> '.repeat(500_000)}\n${'- '.repeat(500_000)}`;
    const busyMs = measureCpu();

    expect(parseMarker(hostile)).toBeNull();
    expect(busyMs()).toBeLessThan(2_000);
  });
});
