import { describe, expect, it } from 'vitest';
import { fieldsShownOnce } from '#domain/template/shown-once.ts';

describe('domain/template/shown-once', () => {
  it('names the SOW fields outside of kept sections, those of partials and of lists by their path', () => {
    const template = [
      '{{customer.name}} {{step.title}} {{people.engineer.name}} {{hours.scoped}} {{customer.name}}',
      '{{#deliverables}}{{number}}. {{title}}{{/deliverables}}',
      '{{^assumptions}}None{{/assumptions}}',
      '{{#is.aws}}AWS{{/is.aws}} {{acceptance_days}}',
      '{{> more}}',
      '{{#kept.dates}}',
      '{{dates.start}} {{#services}}{{name}}{{/services}}',
      '{{/kept.dates}}',
    ].join('\n');

    expect(
      fieldsShownOnce(template, { partials: { more: '{{dates.end}} {{> more}}' }, about: 'sow' }),
    ).toEqual([
      'customer.name',
      'hours.scoped',
      'deliverables',
      'deliverables.title',
      'assumptions',
      'deployment',
      'passive_acceptance.days',
      'dates.end',
    ]);
  });
});
