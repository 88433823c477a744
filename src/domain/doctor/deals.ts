/** What is wrong with the place of deals. */

import { type EngagementKey, isEngagementKey, subjectOf } from '#domain/base/keys.ts';
import { engagementLabel } from '#domain/base/labels.ts';
import type { DealSettings, Place } from '#domain/base/settings.ts';
import { type Installation, valuesOf } from '#domain/setup/installation.ts';
import { type Diagnosis, type Rule, some } from './diagnosis.ts';

/** The place of everything but deals, and that of deals; `null`: the settings name none. */
export interface DealFacts {
  readonly settings: DealSettings;
  readonly main: Installation;
  readonly deals: Installation | null;
}

const OWN_PLACE =
  'Give deals a group and a project of their own, beside this group and not in it: deals: { project: sales/deals } in procession.yml (docs/deals.md).';

/** Rules of where deals live. */
export const DEAL_RULES: readonly Rule<DealFacts>[] = [
  {
    id: 'deals-among-deliveries',
    area: 'group',
    severity: 'warning',
    applies: ({ settings, main }) =>
      (settings.process !== null || settings.largeFrom !== null || dealLabels(main).length > 0) &&
      settings.place === null,
    says: 'Deals live where deliveries do. They are confidential, which keeps guests out; everybody from Planner on in the group reads them.',
    fix: OWN_PLACE,
  },
  {
    id: 'deals-readable',
    area: 'group',
    severity: 'warning',
    applies: ({ main, deals }) => {
      if (main.group.kind === 'refused' || deals?.group.kind !== 'read') return false;
      const [one, other] = [main.group.value.path, deals.group.value.path];
      const [outer, inner] = one.length <= other.length ? [one, other] : [other, one];
      return `${inner}/`.toLowerCase().startsWith(`${outer}/`.toLowerCase()) && { outer, inner };
    },
    says: 'The groups of deals and of deliveries are not apart: whoever is a member of {outer} is a member of {inner} too.',
    fix: OWN_PLACE,
  },
  {
    id: 'deals-left-behind',
    area: 'labels',
    severity: 'warning',
    applies: ({ main, deals }) => {
      if (deals?.labels.kind !== 'read') return false;
      const there = new Set(deals.labels.value.map(({ name }) => name));
      const left = dealLabels(main).filter((name) => !there.has(name));
      return left.length > 0 && { left: some(left) };
    },
    says: 'Deals were launched in the place of deliveries before they had one of their own: {left}. Nothing is seen of them there any more.',
    fix: 'Close what is left of them there, which nothing else does; launch them again, which makes them in the place of deals; do there what is done already, and delete what is left of them with their labels.',
  },
];

/** The same diagnoses as said of the place of deals. */
export function inPlace(diagnoses: readonly Diagnosis[], place: Place | null): readonly Diagnosis[] {
  if (place === null) return diagnoses;
  return diagnoses.map((one) => ({
    ...one,
    message: `Deals (${place.project}): ${one.message}`,
    fix: one.fix.replaceAll(/gitlab\.(group|project)/g, 'deals.$1'),
  }));
}

/** Keys of the deals whose label, as a launch makes it, is in the group. */
function dealLabels({ labels }: Installation): readonly EngagementKey[] {
  return valuesOf(labels)
    .filter(
      ({ name, description }) =>
        isEngagementKey(name) &&
        subjectOf(name) === 'deal' &&
        description === engagementLabel(name).description,
    )
    .map(({ name }) => name);
}
