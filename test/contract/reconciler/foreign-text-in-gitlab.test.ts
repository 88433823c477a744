import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTemplate } from '#domain/template/render.ts';
import { readChecklist } from '#domain/text/checklist.ts';
import { titleText } from '#domain/text/foreign-text.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { extractQuickActions } from '#sandbox/quick-actions.ts';
import { findReferences } from '#sandbox/references.ts';
import { taskItems } from '#sandbox/task-list.ts';
import { NASTY, PIECES, PLACES } from '#test/fixtures/foreign-text.ts';

const MAIL_PLACE = [
  'mail link',
  '[Mail](mailto:{{#encode}}{{customer.name}}{{/encode}}?body={{#encode}}{{customer.name}}\n{{customer.name}}{{/encode}})',
] as const;
const FENCES = [
  [
    'code fence',
    '```text\n{{#text}}\n{{customer.name}}\nTo: {{customer.name}}{{customer.name}}\n{{/text}}\n```\n\nend',
  ],
  ['tilde fence', '~~~\n{{#text}}\n{{customer.name}}\n{{/text}}\n~~~\n\nend'],
] as const;
const EVERY_PLACE = [...PLACES, ...FENCES, MAIL_PLACE];

const NOTHING = { users: [], issues: [], epics: [], mergeRequests: [], others: [], all: false };

const anyText = fc.oneof(
  fc.constantFrom(...NASTY.filter((text) => text.length < 10_000)),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

function rendered(template: string, value: string): string {
  return renderTemplate(
    template,
    { values: { customer: { name: value } }, evidence: [], forStep: true, about: 'sow' },
    { partials: {}, file: 'x.md' },
  );
}

/**
 * References GitLab would find. Left out: decimal numbers, which could be commit ids but must stay copyable, and the address of a mail link, which the stand-in reads although GitLab takes a link's
 * address for a reference only as a whole (`reference_filter.rb`, `yield_valid_link`).
 */
function referencesIn(markdown: string): ReturnType<typeof findReferences> {
  const found = findReferences(
    markdown.replace(/\(mailto:[A-Za-z0-9._%-]*\?body=[A-Za-z0-9._%-]*\)/, '(mailto:x)'),
  );
  return { ...found, others: found.others.filter((text) => !/^\d+$/.test(text)) };
}

describe('foreign text in GitLab', () => {
  it.each(EVERY_PLACE)('runs no quick action and refers to nothing: %s', (_, template) => {
    const tasks = taskItems(rendered(template, 'VALUE')).length;
    const check = (raw: string): void => {
      const markdown = rendered(template, raw);
      expect(extractQuickActions(markdown)).toEqual({ text: markdown.trimEnd(), commands: [] });
      expect(referencesIn(markdown)).toEqual(NOTHING);
      expect(parseMarker(markdown)).toBeNull();
      expect(taskItems(markdown)).toHaveLength(tasks);
      expect(readChecklist(markdown)).toHaveLength(tasks);
    };

    for (const raw of NASTY) check(raw);
    fc.assert(fc.property(anyText, check), { numRuns: 500 });
  });

  it('refers to nothing from a title', () => {
    const check = (raw: string): void => {
      const title = titleText(raw);
      expect(extractQuickActions(title).commands).toEqual([]);
      // In a title nothing is Markdown: every character counts as it stands.
      expect(referencesIn(title.replace(/[\\`*[\]<>]/g, '·').replaceAll('_', 'u'))).toEqual(NOTHING);
    };

    for (const raw of NASTY) check(raw);
    fc.assert(fc.property(anyText, check), { numRuns: 2_000 });
  });

  it('would notice: the same values act when they are written as they are', () => {
    const acting = NASTY.filter((raw) => raw.length < 10_000).filter((raw) => {
      const { users, issues, epics, mergeRequests, others } = findReferences(raw);
      return (
        extractQuickActions(raw).commands.length +
          users.length +
          issues.length +
          epics.length +
          mergeRequests.length +
          others.length >
        0
      );
    });

    expect(acting.length).toBeGreaterThanOrEqual(30);
  });
});
