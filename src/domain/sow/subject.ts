/** What an engagement is about: a SOW that is won, or a deal before there is one. */

import { z } from 'zod';
import type { EngagementKey, SubjectKind } from '#domain/base/keys.ts';
import { DEAL_AMOUNT_PATHS, Deal } from './deal.ts';
import { AMOUNT_PATHS, Sow } from './sow.ts';

/** The data an engagement is made from. */
export type Subject = Sow | Deal;

/** A subject in data that was written from one; `deal` says which it is. */
export const SubjectData = z.union([Sow, Deal]);

/** Whether it is a deal; else it is a SOW. */
export function isDeal(subject: Subject): subject is Deal {
  return subject.deal !== undefined;
}

/** What this is. */
export function kindOf(subject: Subject): SubjectKind {
  return isDeal(subject) ? 'deal' : 'sow';
}

/** The key of the engagement that this is about. */
export function keyOf(subject: Subject): EngagementKey {
  return isDeal(subject) ? subject.deal.key : subject.sow.number;
}

/** What people call it: the engagement of a SOW, the name of a deal. */
export function nameOf(subject: Subject): string {
  return isDeal(subject) ? subject.deal.name : subject.engagement;
}

/** The stage it is in, in the words of SOWs or of deals. */
export function stageIn(subject: Subject): string {
  return isDeal(subject) ? subject.deal.stage : subject.stage;
}

/** The day it began: that on which it was won, or opened. */
export function begunOn(subject: Subject): string {
  return isDeal(subject) ? subject.deal.opened_on : subject.closed_won_on;
}

/** Schema of SOWs or of deals. */
export function schemaOf(kind: SubjectKind): typeof Deal | typeof Sow {
  return kind === 'deal' ? Deal : Sow;
}

/** Fields that hold money, of SOWs or of deals. */
export function amountPaths(kind: SubjectKind): readonly string[] {
  return kind === 'deal' ? DEAL_AMOUNT_PATHS : AMOUNT_PATHS;
}

/** Whether a path of a problem names money, or something that holds it, in a SOW or in a deal. */
export function isAmountPath(path: string): boolean {
  const plain = path.replaceAll(/\[\d+\]/g, '');
  return [...AMOUNT_PATHS, ...DEAL_AMOUNT_PATHS].some(
    (amount) => amount === plain || amount.startsWith(`${plain}.`),
  );
}

/**
 * A SOW or deal without the fields that hold money. They are removed before anything is written to GitLab, unless
 * `show_amounts` is on.
 */
export function withoutAmounts(subject: Subject): Subject {
  if (isDeal(subject)) {
    const { statement, deal } = subject;
    return {
      ...subject,
      deal: { ...deal, amount: undefined },
      ...(statement ? { statement: { ...statement, ...termsWithoutAmounts(statement) } } : {}),
    };
  }
  const { opportunity } = subject;
  return {
    ...subject,
    ...(opportunity ? { opportunity: { ...opportunity, amount: undefined } } : {}),
    ...termsWithoutAmounts(subject),
  };
}

/** Billing and services, as far as they are there, without what they cost. */
function termsWithoutAmounts({
  billing,
  services,
}: Pick<Sow, 'billing' | 'services'>): Pick<Sow, 'billing' | 'services'> {
  return {
    ...(billing ? { billing: { ...billing, rate: undefined, price: undefined } } : {}),
    ...(services ? { services: services.map((line) => ({ ...line, price: undefined })) } : {}),
  };
}
