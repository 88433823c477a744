/** Rules about what Procession keeps in GitLab for itself: whether it is sealed, and whether its definitions are at hand. */

import type { Details } from '#domain/base/sentence.ts';
import type { MissingVersion } from '#domain/versions/use.ts';
import { type Rule, some } from './diagnosis.ts';
import type { DoctorFacts } from './facts.ts';

/** Rules about records and the definitions that they name. */
export const RECORD_RULES: readonly Rule<DoctorFacts>[] = [
  {
    id: 'records-unsealed',
    area: 'config',
    severity: 'warning',
    applies: ({ sealed }) => !sealed,
    says: 'Records in GitLab carry no seal: whoever may edit a description may change what Procession goes by.',
    fix: 'Make a pair of keys with procession init --seal in an empty folder, then follow docs/trust.md.',
  },
  {
    id: 'process-version-missing',
    area: 'config',
    severity: 'error',
    applies: ({ missingVersions }) => missingVersions.map(missingDetails),
    says: '{who} on {what}, which is not loaded: order and what is done are kept from the record, nothing else is judged, made or written.',
    fix: 'Bring it back under the folder of the templates: {where}. procession versions names who runs on which.',
  },
];

function missingDetails({ process, profile, version, engagements }: MissingVersion): Details {
  const inProfile = profile === null ? '' : `, profile ${profile},`;
  return {
    who: `${some(engagements)} ${engagements.length === 1 ? 'runs' : 'run'}`,
    what:
      version === null
        ? `the process ${process}${inProfile}`
        : `version ${version} of ${process}${inProfile}`,
    where: version === null ? process : `${process}/versions/${version}`,
  };
}
