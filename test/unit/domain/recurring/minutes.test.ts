/** Minutes and actions as people type them, also in another language. */
import { describe, expect, it } from 'vitest';
import { openActions } from '#domain/recurring/actions.ts';
import { readHealthWord, readMinutes } from '#domain/recurring/minutes.ts';
import { Recurs } from '#domain/recurring/recurs.ts';

const ENGLISH = Recurs.parse({ every: 'week', on: 'tue' });
const GERMAN = Recurs.parse({
  every: 'week',
  on: 'tue',
  name: 'Termin',
  words: {
    minutes: ['Teilgenommen'],
    none: ['Kein Treffen'],
    action: ['Aufgabe'],
    owner: ['Wer'],
    due: ['Bis'],
    done: ['erledigt'],
  },
});

describe('readMinutes', () => {
  it.each([
    ['Attended: Ada, Eli', 'minutes'],
    ['**Attended:** Ada', 'minutes'],
    ['ATTENDED : Ada', 'minutes'],
    ['## Call\n\nHello all\n\nAttended: Ada', 'minutes'],
    ['| Attended | Ada |\n|---|---|\n| Decided | nothing |', 'minutes'],
    ['No call: a fair', 'none'],
    ['no call', null],
    ['We attended: nothing', null],
    ['Attended:', null],
    ['Attended:\n\nDecided: to wait', null],
    ['`Attended: Ada`', null],
    ['```\nAttended: Ada\n```', null],
    ['> Attended: Ada', null],
    ['Teilgenommen: Ada', null],
  ])('takes %j for %s', (text, said) => {
    expect(readMinutes(text, ENGLISH)).toBe(said);
  });

  it.each([
    ['Teilgenommen: Ada', 'minutes'],
    ['**teilgenommen:** Ada', 'minutes'],
    ['Attended: Ada', 'minutes'],
    ['Kein Treffen: Messe', 'none'],
    ['No Termin: Messe', 'none'],
    ['Anwesend: Ada', null],
  ])('in the words of a process takes %j for %s', (text, said) => {
    expect(readMinutes(text, GERMAN)).toBe(said);
  });
});

describe('openActions', () => {
  const open = (body: string, recurs = ENGLISH) =>
    openActions([{ id: 1, body }], recurs.words, () => false).map(({ text, owner, due }) => [
      text,
      owner,
      due,
    ]);

  it('reads a table in the words of a process, in whatever order its columns stand', () => {
    const table =
      '| Wer | Bis | Aufgabe | Stand |\n|---|---|---|---|\n| Ada | 2027-02-01 | Firewall öffnen | |\n| Eli | | Plan senden | Erledigt |\n| | | | |';
    expect(open(table, GERMAN)).toEqual([['Firewall öffnen', 'Ada', '2027-02-01']]);
    expect(open(table)).toEqual([]);
  });

  it('leaves the empty rows of the form alone', () => {
    expect(open('| Action | Owner | Due | Done |\n|---|---|---|---|\n| … | … | … | |')).toEqual([]);
  });

  it('takes the last word about an action, wherever it is said', () => {
    const said = (second: string) =>
      openActions(
        [
          { id: 1, body: '- [ ] Open the firewall' },
          { id: 2, body: second },
        ],
        ENGLISH.words,
        () => false,
      );
    expect(said('- [x] open the firewall')).toEqual([]);
    expect(said('- [ ] Something else')).toHaveLength(2);
  });
});

describe('readHealthWord', () => {
  it.each([
    ['| Overall | at risk | late |\n|---|---|---|', 'at risk'],
    ['| Health | | |\n|---|---|---|\n| Overall | **On track** | |', 'on track'],
    ['| Health | | |\n|---|---|---|\n| Overall | | |', null],
    ['| Health | | |\n|---|---|---|\n| Overall | yellow | |', null],
    ['Overall: at risk', null],
  ])('reads %j as %s', (text, health) => {
    expect(readHealthWord(text)).toBe(health);
  });
});
