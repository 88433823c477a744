/** What other texts of the same version mean for the issues and the epic of one engagement. */
import type { Assessment } from '#domain/assess/step-status.ts';
import { keptTextsOfEpic, keptTextsOfIssue } from '#domain/plan/kept.ts';
import { type KeptText, keptSectionsIn } from '#domain/text/kept-sections.ts';
import { blockContext } from '#domain/texts/block-context.ts';
import type { Effect } from './effects.ts';
import type { Move } from './move.ts';
import type { Standing } from './standing.ts';

/**
 * Kept sections that the newer texts word otherwise, and whether our lines name something else. Compared is what both
 * texts make of the facts, not what stands there: the same before and in the middle of an interrupted migration.
 *
 * @param after the engagement by the newer texts
 */
export function rewordings(
  { assessment: before, found, settings }: Pick<Standing, 'assessment' | 'found' | 'settings'>,
  after: Assessment,
  { old, process }: Pick<Move, 'old' | 'process'>,
): readonly Effect[] {
  const [one, other] = [blockContext(before, settings), blockContext(after, settings)];
  const ofIssues = after.steps.flatMap((status) => {
    const known = before.steps.find(({ key }) => key === status.key);
    if (known === undefined || status.issue === null || status.done) return [];
    const texts = [keptTextsOfIssue(known, one), keptTextsOfIssue(status, other)] as const;
    return reworded(status.key, status.issue.description, texts);
  });
  const texts = [keptTextsOfEpic(one), keptTextsOfEpic(other)] as const;
  const ofEpic = found.epic === null ? [] : reworded(null, found.epic.description, texts);
  const names = [old, process].map(({ name, steps }) =>
    [name, ...steps.map(({ title }) => title)].join('\n'),
  );
  return [...ofIssues, ...ofEpic, ...(names[0] === names[1] ? [] : [{ kind: 'names' } as const])];
}

function reworded(
  step: string | null,
  description: string,
  [before, after]: readonly [readonly KeptText[], readonly KeptText[]],
): readonly Effect[] {
  const there = keptSectionsIn(description);
  return after.flatMap(({ name, content }): Effect[] => {
    const section = there.find((found) => found.name === name);
    const from = before.find((kept) => kept.name === name)?.content ?? '';
    if (section === undefined || from === content) return [];
    return [{ kind: 'reworded', step, section: name, from, to: content, theirs: section.isTheirs }];
  });
}
