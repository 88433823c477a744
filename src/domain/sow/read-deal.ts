/** A deal read from plain data, and whichever of both an input is. */

import { checkShape } from '#domain/base/check-shape.ts';
import { type InputProblem, shown } from '#domain/base/input-problem.ts';
import type { DealSettings } from '#domain/base/settings.ts';
import { withoutAbsent } from './absent.ts';
import { Deal } from './deal.ts';
import { dealStageOf, dealStageWarning } from './deal-stage.ts';
import { fieldAt, type Read, readSow, textAt, unknownFields, withKind } from './problems.ts';
import type { Subject } from './subject.ts';

export type ReadSubject = Read<'subject', Subject>;

/**
 * Reads a deal as {@link readSow} reads a SOW. A stage that is none of ours is a warning: it changes nothing until the
 * settings say what it means.
 */
export function readDeal(given: unknown, { stages, largeFrom }: DealSettings): ReadSubject {
  const value = withoutAbsent(given);
  const unknown = unknownFields(value, 'deal');
  const fields = fieldAt(value, 'deal');
  const stage = textAt(fields, 'stage');
  const result = checkShape(
    Deal,
    stage === null
      ? value
      : { ...Object(value), deal: { ...Object(fields), stage: dealStageOf(stage, stages) } },
  );
  if (result.kind === 'invalid') {
    const problems = result.problems.map((found) =>
      withDigits(withKind(withNumber(found, fields), 'deal'), value),
    );
    return { kind: 'invalid', problems, warnings: unknown };
  }
  const { deal, ...rest } = result.value;
  const unknownStage = dealStageWarning(deal.stage);
  return {
    kind: 'ok',
    subject: { ...rest, deal: { ...deal, ...sizeOf(deal.amount, largeFrom) } },
    warnings: [...unknown, ...(unknownStage === null ? [] : [unknownStage])],
  };
}

/** Tells a deal from a SOW by its shape: only a deal has `deal`. */
export function isDealShaped(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'deal');
}

/** Reads whichever of both it is by its shape. */
export function readSubject(value: unknown, reading: DealSettings): ReadSubject {
  if (isDealShaped(value)) return readDeal(value, reading);
  const read = readSow(value);
  return read.kind === 'invalid' ? read : { ...read, subject: read.sow };
}

function sizeOf(amount: number | undefined, largeFrom: number | null): { readonly large?: boolean } {
  return amount === undefined || largeFrom === null ? {} : { large: amount >= largeFrom };
}

/** A key that is the number of something else. */
function withNumber(found: InputProblem, fields: unknown): InputProblem {
  if (found.path !== 'deal.key') return found;
  const key = fieldAt(fields, 'key');
  if (key === undefined)
    return { ...found, fix: 'Add "key": DEAL- and the number of the opportunity, for example DEAL-88121.' };
  const text = typeof key === 'number' ? String(key) : textAt(fields, 'key');
  if (text === null) return found;
  if (/^SOW-/i.test(text))
    return {
      ...found,
      message: `expected DEAL- and the number of the opportunity, got ${shown(text)}, which is the number of a SOW`,
      fix: 'Write the key of the deal here, for example DEAL-88121, and the number of its SOW into sow.number.',
    };
  const [, number] = /^(?:deal[-_ ]?)?([A-Za-z0-9][A-Za-z0-9.-]{0,40})$/i.exec(text) ?? [];
  return number === undefined ? found : { ...found, fix: `Did you mean DEAL-${number}?` };
}

/** What is to be written where a number came as people write it for people: `"1,200.50"`, `"62 000 €"`. */
function withDigits(found: InputProblem, value: unknown): InputProblem {
  if (!found.message.startsWith('expected a number, got "')) return found;
  const text = found.at.reduce<unknown>((within, part) => fieldAt(within, String(part)), value);
  if (typeof text !== 'string' || !/\d/.test(text)) return found;
  const plain = plainNumber(text);
  const fix =
    plain === null
      ? 'Write digits alone, with a point before decimals and without quotes, separators and currency, for example 12000.50.'
      : `Write ${plain}: digits alone, without quotes, separators and currency.`;
  return { ...found, fix };
}

/** Digits with separators, with a currency before or behind them. */
const WRITTEN = /^(?:[A-Z]{3}|\p{Sc})?\s*(\d(?:[\d.,'’\s]*\d)?)\s*(?:[A-Z]{3}|\p{Sc})?$/u;

/** The number that a text can only mean; `null`: it is none, or `1,200`, which is a thousand and more here and one and a bit there. */
function plainNumber(text: string): number | null {
  const written = WRITTEN.exec(text.trim())?.[1];
  if (written === undefined) return null;
  const digits = written.replaceAll(/['’\s](?=\d{3}(?!\d))/g, '');
  if (/^\d{1,3}[.,]\d{3}$/.test(digits)) return null;
  if (/^\d+(?:\.\d{1,2})?$/.test(digits)) return Number(digits);
  if (/^\d{1,3}(?:,\d{3})*(?:\.\d{1,2})?$/.test(digits)) return Number(digits.replaceAll(',', ''));
  return /^(?:\d+|\d{1,3}(?:\.\d{3})*)(?:,\d{1,2})?$/.test(digits)
    ? Number(digits.replaceAll('.', '').replace(',', '.'))
    : null;
}
