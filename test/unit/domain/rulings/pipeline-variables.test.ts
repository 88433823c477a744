import { describe, expect, it } from 'vitest';
import { pipelineInputs, pipelineVariables } from '#domain/rulings/pipeline-variables.ts';
import { AMOUNT_PATHS, type Sow } from '#domain/sow/sow.ts';
import { aSow } from '#test/support/builders.ts';

const RUN = { engagement: 'SOW-1', step: 'provision', attempt: 3 };

function valueOf(sow: Sow, from: string): string | undefined {
  const rule = { project: 'services/provisioning', ref: 'main', variables: { IT: { from } } };
  return pipelineVariables(rule, sow, RUN).find(({ key }) => key === 'IT')?.value;
}

describe('domain/pipeline-variables', () => {
  it('names the run, the engagement and the step first', () => {
    const rule = { project: 'services/provisioning', ref: 'main', variables: { SIZE: 'small' } };

    expect(pipelineVariables(rule, aSow(), RUN)).toEqual([
      { key: 'PROCESSION_RUN', value: 'SOW-1/provision/3' },
      { key: 'PROCESSION_ENGAGEMENT', value: 'SOW-1' },
      { key: 'PROCESSION_STEP', value: 'provision' },
      { key: 'SIZE', value: 'small' },
    ]);
  });

  it.each([
    ['a field', aSow({ deployment: 'aws' }), 'deployment', 'aws'],
    ['a list', aSow({ deliverables: [{ title: 'One' }, { title: 'Two' }] }), 'deliverables.title', 'One,Two'],
    ['nothing', aSow(), 'hours.scoped', ''],
    ['a group of fields as nothing', aSow(), 'customer', ''],
    [
      'several lines as one',
      aSow({ customer: { name: 'A\r\n\tB\u2028C', region: 'EMEA' } }),
      'customer.name',
      'A B C',
    ],
    [
      'what GitLab would expand without its sign',
      aSow({ customer: { name: 'Cash $CI_JOB_TOKEN ${SECRET} $$X', region: 'EMEA' } }),
      'customer.name',
      'Cash CI_JOB_TOKEN {SECRET} X',
    ],
  ])('gives %s', (_, sow, from, value) => {
    expect(valueOf(sow, from)).toBe(value);
  });

  it('cuts what is too long', () => {
    const sow = aSow({ customer: { name: 'x'.repeat(5_000), region: 'EMEA' } });

    expect(valueOf(sow, 'customer.name')?.length).toBeLessThanOrEqual(1_001);
  });

  it('never gives money, whatever a template asks for', () => {
    const sow = aSow({
      opportunity: { name: 'Deal', url: 'https://crm.example.com/1', amount: 4711 },
      billing: { rate: 4711, price: 4711 },
      services: [{ sku: 'A', name: 'A', quantity: 1, price: 4711 }],
    });

    for (const path of AMOUNT_PATHS) expect(valueOf(sow, path)).toBe('');
  });

  it('sets no variables where the template gives inputs alone', () => {
    const rule = { project: 'services/provisioning', ref: 'main', variables: {}, inputs: { size: 'small' } };

    expect(pipelineVariables(rule, aSow(), RUN)).toEqual([]);
    expect(pipelineInputs(rule, aSow(), RUN)).toEqual({ procession_run: 'SOW-1/provision/3', size: 'small' });
  });

  it('gives inputs as they are written, and what comes from the SOW as text that GitLab does not expand', () => {
    const sow = aSow({ customer: { name: 'Cash $SECRET', region: 'EMEA' }, billing: { rate: 4711 } });
    const from = (path: string) => ({ from: path });
    const inputs = { nodes: 3, live: false, customer: from('customer.name'), rate: from('billing.rate') };

    expect(pipelineInputs({ project: 'a/b', ref: 'main', variables: {}, inputs }, sow, RUN)).toEqual({
      procession_run: 'SOW-1/provision/3',
      nodes: 3,
      live: false,
      customer: 'Cash SECRET',
      rate: '',
    });
  });

  it('gives no inputs where the template gives none', () => {
    expect(pipelineInputs({ project: 'a/b', ref: 'main', variables: {} }, aSow(), RUN)).toBeNull();
  });
});
