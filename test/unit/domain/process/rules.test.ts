import { describe, expect, it } from 'vitest';
import { type ProcessDefinition, ProcessFile } from '#domain/process/process.ts';
import { processProblems, profileProblems } from '#domain/process/rules.ts';
import { anInputProcess, anInputStep } from '#test/support/inputs.ts';

function problems(process: ProcessDefinition): readonly string[] {
  return processProblems(process).map(
    ({ file, path, message }) => `${/([^/]+)\.md$/.exec(file ?? '')?.[1] ?? file} ${path}: ${message}`,
  );
}

const a = anInputStep('a');
const b = anInputStep('b', { after: ['a'] });
const started = (step: string): object => ({ step, until: 'started' });
const evidence = (...fields: readonly object[]): Record<string, unknown> => ({
  done_when: { evidence: fields },
});

describe('domain/process-rules', () => {
  it('finds nothing wrong with a good process', () => {
    const process = anInputProcess(
      [
        anInputStep('start', { due: [{ from: 'sow_start', working_days: 0 }] }),
        anInputStep('intake', {
          when: { deployment: 'aws' },
          after: ['start'],
          due: [{ from: 'start', working_days: 5 }],
        }),
        anInputStep('calls', { kind: 'recurring', after: ['start'], until: 'summary' }),
        anInputStep('change', { kind: 'on-demand', after: ['start'] }),
        anInputStep('summary', { after: ['intake', 'change'] }),
        anInputStep('wrap-up', {
          after: ['summary'],
          ...evidence({
            field: 'How',
            kind: 'choice',
            choices: ['signed', 'passive'],
            when: { type: 'fixed' },
          }),
        }),
        anInputStep('look-back', { after: ['summary', started('wrap-up')] }),
      ],
      { closeWhen: ['wrap-up', 'look-back'] },
    );

    expect(problems(process)).toEqual([]);
  });

  it.each<[string, ProcessDefinition, readonly string[]]>([
    [
      'a step listed twice',
      anInputProcess([a, b, a]),
      ['issue_templates/test/process.yml steps[2]: the step "a" is listed twice'],
    ],
    [
      'a closing step that comes after the close',
      anInputProcess([a, anInputStep('paid', { after: ['a'], after_close: true })], {
        closeWhen: ['a', 'paid'],
      }),
      ['paid after_close: a step in close_when cannot come after the close'],
    ],
    [
      'a step that waits for one that comes after the close',
      anInputProcess(
        [a, anInputStep('paid', { after: ['a'], after_close: true }), anInputStep('c', { after: ['paid'] })],
        { closeWhen: ['a'] },
      ),
      ['c after: waits for "paid", which comes after the close'],
    ],
    [
      'a tracker after the close',
      anInputProcess([a, anInputStep('paid', { kind: 'recurring', after: ['a'], after_close: true })], {
        closeWhen: ['a'],
      }),
      ['paid after_close: a step that is recurring cannot come after the close'],
    ],
    [
      'an issue for each item where there can be one only',
      anInputProcess([a, anInputStep('part', { after: ['a'], each: { of: 'deliverables' } })], {
        closeWhen: ['part'],
      }),
      ['part each: a step in close_when has one issue'],
    ],
    [
      'two steps with one title',
      anInputProcess([anInputStep('a', { title: 'Kick-off' }), anInputStep('b', { title: 'kick-off ' })]),
      ['b title: the step "a" has the same title'],
    ],
    [
      'unknown predecessors',
      anInputProcess([a, anInputStep('b', { after: ['aa', 'b', 'a', started('a')] })]),
      [
        'b after[0]: there is no step "aa"',
        'b after[1]: a step cannot come after itself',
        'b after[3]: "a" is listed twice',
      ],
    ],
    [
      'a cycle, whole',
      anInputProcess([
        anInputStep('a', { after: ['c'] }),
        anInputStep('b', { after: [started('a')] }),
        anInputStep('c', { after: ['b'] }),
        anInputStep('d'),
      ]),
      ['a after: the steps wait for each other: a → c → b → a'],
    ],
    [
      'two cycles',
      anInputProcess([
        anInputStep('a', { after: ['b'] }),
        anInputStep('b', { after: ['a'] }),
        anInputStep('c', { after: ['d'] }),
        anInputStep('d', { after: ['c', 'a'] }),
        anInputStep('e'),
      ]),
      [
        'a after: the steps wait for each other: a → b → a',
        'c after: the steps wait for each other: c → d → c',
      ],
    ],
    [
      'a pipeline that names what is not there, money, or what it cannot fill in',
      anInputProcess([
        anInputStep('a', {
          pipeline: {
            project: 'services/provisioning',
            ref: 'main',
            variables: {
              A: { from: 'customer.nam' },
              B: { from: 'billing.rate' },
              C: { from: 'customer' },
              D: { from: 'deliverables' },
              E: { from: 'deliverables.title' },
              F: 'text',
            },
            records: 'Environmnt',
          },
          ...evidence({ field: 'Environment', kind: 'url' }),
        }),
        anInputStep('b', {
          pipeline: { project: 'services/provisioning', ref: 'main', records: 'Who' },
          ...evidence({ field: 'Who', kind: 'person' }),
        }),
        anInputStep('c', {
          kind: 'recurring',
          until: 'a',
          pipeline: { project: 'services/provisioning', ref: 'main' },
        }),
      ]),
      [
        'a pipeline.variables.A.from: the SOW has no "customer.nam"',
        'a pipeline.variables.B.from: "billing.rate" is money, which is not given to pipelines',
        'a pipeline.variables.C.from: "customer" is a group of fields',
        'a pipeline.variables.D.from: "deliverables" is a group of fields',
        'a pipeline.records: there is no evidence field "Environmnt"',
        'b pipeline.records: a pipeline cannot fill in a field of kind person',
        'c pipeline: a step that is recurring goes on with the engagement: no pipeline can finish it',
        'c kind: a step that is recurring cannot be in close_when: there may be no issue to close, or many',
      ],
    ],
    [
      'an unknown until',
      anInputProcess([anInputStep('t', { kind: 'recurring', until: 'bb' }), a]),
      ['t until: there is no step "bb"'],
    ],
    [
      'until itself',
      anInputProcess([anInputStep('t', { kind: 'recurring', until: 't' }), a]),
      ['t until: a step cannot run until its own end'],
    ],
    [
      'until on a step done once',
      anInputProcess([anInputStep('t', { until: 'a' }), a]),
      ['t until: only steps that run alongside others have an until'],
    ],
    [
      'an unknown gate',
      anInputProcess([a, b], { closeWhen: ['c', 'b', 'b'] }),
      [
        'issue_templates/test/process.yml close_when[0]: there is no step "c"',
        'issue_templates/test/process.yml close_when[2]: "b" is listed twice',
      ],
    ],
    [
      'a gate that recurs',
      anInputProcess([a, anInputStep('b', { kind: 'recurring' })]),
      ['b kind: a step that is recurring cannot be in close_when: there may be no issue to close, or many'],
    ],
    [
      'a gate on demand',
      anInputProcess([a, anInputStep('b', { kind: 'on-demand' })]),
      ['b kind: a step that is on-demand cannot be in close_when: there may be no issue to close, or many'],
    ],
    [
      'a gate missing for some deployments',
      anInputProcess([a, anInputStep('b', { when: { deployment: { not: 'on-prem' } } })]),
      [
        'b when: a step in close_when must always exist, and this one does not for deployment on-prem and type t&m',
      ],
    ],
    [
      'a gate missing for one combination',
      anInputProcess([a, anInputStep('b', { when: { none: [{ deployment: 'other', type: 'sku' }] } })]),
      [
        'b when: a step in close_when must always exist, and this one does not for deployment other and type sku',
      ],
    ],
    [
      'a gate that hangs on another field',
      anInputProcess([a, anInputStep('b', { when: { 'customer.region': { not: 'EMEA' } } })]),
      [
        'b when: a step in close_when must always exist, and this one does not for every value of customer.region',
      ],
    ],
    [
      'a gate with a condition that always holds',
      anInputProcess([a, anInputStep('b', { when: { deployment: ['aws', 'on-prem', 'other', 'none'] } })]),
      [],
    ],
    [
      'a gate behind a step that recurs',
      anInputProcess([
        anInputStep('t', { kind: 'recurring' }),
        anInputStep('b', { after: ['t'] }),
        anInputStep('c', { after: ['b'] }),
      ]),
      [
        'c after: waits for "t", which recurs and is closed only with the epic, so the epic would never close',
      ],
    ],
    [
      'an until that waits for the step itself',
      anInputProcess([
        anInputStep('t', { kind: 'on-demand', until: 'c' }),
        anInputStep('b', { after: ['t'] }),
        anInputStep('c', { after: ['b'] }),
      ]),
      ['t until: may be closed only after "c", which waits for it: t → c → b → t'],
    ],
    [
      'two untils that wait for each other',
      anInputProcess([
        anInputStep('t', { kind: 'on-demand', until: 'b' }),
        anInputStep('u', { kind: 'on-demand', until: 'c' }),
        anInputStep('b', { after: ['u'] }),
        anInputStep('c', { after: ['t'] }),
        a,
      ]),
      [
        't until: may be closed only after "b", which waits for it: t → b → u → c → t',
        'u until: may be closed only after "c", which waits for it: u → c → t → b → u',
      ],
    ],
    [
      'an approval by a label that Procession sets itself',
      anInputProcess([
        anInputStep('a', { done_when: { approval: { role: 'manager', label: 'workflow::done' } } }),
        anInputStep('b', { done_when: { approval: { role: 'manager', label: 'approved::legal' } } }),
      ]),
      [
        'a done_when.approval.label: labels of the scope workflow:: are set by Procession, so they prove no approval',
      ],
    ],
    [
      'approvals that nobody could tell apart or give',
      anInputProcess([
        anInputStep('a', { done_when: { approval: { role: 'manager', not_by: ['b'] } } }),
        anInputStep('b', {
          after: ['a'],
          done_when: {
            approval: { role: 'legal' },
            approvals: [
              { role: 'manager', label: 'approved' },
              { role: 'finance', label: 'approved', not_by: ['a'], when: { deploymnt: 'aws' } },
              { role: 'manager', label: 'health::fine' },
            ],
          },
        }),
      ]),
      [
        'a done_when.approval.not_by[0]: "b" is no step before this one',
        'b done_when.approval: approval and approvals stand side by side',
        'b done_when.approvals[1].when.deploymnt: a SOW has no field "deploymnt"',
        'b done_when.approvals[2].label: labels of the scope health:: are set by Procession, so they prove no approval',
        'b done_when.approvals[1].label: the label "approved" stands twice, so it approves for nobody in particular',
        'b done_when.approvals[2].role: the role manager stands twice',
      ],
    ],
    [
      'an unknown due anchor',
      anInputProcess([
        anInputStep('a', {
          due: [
            { from: 'closed-won', working_days: 1 },
            { from: 'a', working_days: 1 },
          ],
        }),
      ]),
      [
        'a due[0].from: there is no date or step "closed-won"',
        'a due[1].from: a step cannot be due after itself',
      ],
    ],
    [
      'due dates in a circle',
      anInputProcess([
        anInputStep('a', { due: [{ from: 'b', working_days: 1 }] }),
        anInputStep('b', {
          due: [
            { from: 'sow_end', working_days: 1 },
            { from: 'a', working_days: 1 },
          ],
        }),
      ]),
      ['a due: the due dates are counted from each other: a → b → a'],
    ],
    [
      'evidence twice',
      anInputProcess([anInputStep('a', evidence({ field: 'Sent on' }, { field: 'sent on', kind: 'date' }))]),
      ['a done_when.evidence[1].field: the evidence field "sent on" is there twice'],
    ],
    [
      'choices without a choice and the reverse',
      anInputProcess([
        anInputStep(
          'a',
          evidence(
            { field: 'One', kind: 'choice' },
            { field: 'Two', kind: 'choice', choices: ['x'] },
            { field: 'Three', kind: 'text', choices: ['x', 'y'] },
            { field: 'Four', kind: 'choice', choices: ['x', 'X'] },
          ),
        ),
      ]),
      [
        'a done_when.evidence[0]: a choice needs at least two choices',
        'a done_when.evidence[1]: a choice needs at least two choices',
        'a done_when.evidence[2].choices: choices mean nothing for kind "text"',
        'a done_when.evidence[3].choices: a choice is there twice',
      ],
    ],
    [
      'conditions that make no sense',
      anInputProcess([
        anInputStep('a', { when: { deploymnt: 'aws' } }),
        anInputStep('b', evidence({ field: 'One', when: { type: 'tm' } })),
      ]),
      [
        'a when.deploymnt: a SOW has no field "deploymnt"',
        'b done_when.evidence[0].when.type: "type" is never "tm"',
      ],
    ],
  ])('names %s', (_, process, expected) => {
    expect(problems(process)).toEqual(expected);
  });

  it('knows the steps that the stages of a deal ask for', () => {
    const stages = { proposal: ['a'], signature: ['b', 'approval'] };
    const about = { closeWhen: ['b'], stages };

    expect(problems(anInputProcess([a, b], { ...about, about: 'deal' }))).toEqual([
      'issue_templates/test/process.yml stages.signature[1]: there is no step "approval"',
    ]);
    expect(problems(anInputProcess([a, b], { ...about, about: 'sow' }))).toEqual([
      'issue_templates/test/process.yml stages: a process about SOWs has no stages of a deal',
    ]);
  });

  it('knows what a deal is handed over by', () => {
    const intake = anInputStep('intake', evidence({ field: 'Soft-booked' }));
    const process = (fields: Readonly<Record<string, { step: string; field: string }>>, after = 'intake') =>
      anInputProcess([intake, a], { about: 'deal', closeWhen: ['a'], handsOver: { after, fields } });
    const told = (it: ProcessDefinition): readonly string[] =>
      processProblems(it).map(({ path, message, fix }) => `${path}: ${message}. ${fix}`);

    expect(told(process({ 'handover.booked': { step: 'intake', field: 'Soft-booked' } }))).toEqual([]);
    expect(
      told(
        process(
          {
            'handover.bookd': { step: 'intak', field: 'Soft-booked' },
            'sow.url': { step: 'intake', field: 'Softbooked' },
            'billing.rate': { step: 'intake', field: 'Soft-booked' },
            deliverables: { step: 'intake', field: 'Soft-booked' },
          },
          'intke',
        ),
      ),
    ).toEqual([
      'hands_over.after: there is no step "intke". Did you mean "intake"?',
      'hands_over.fields.handover.bookd: a SOW has no field "handover.bookd". Did you mean "handover.booked" or "handover.from"?',
      'hands_over.fields.handover.bookd.step: there is no step "intak". Did you mean "intake"?',
      'hands_over.fields.sow.url.field: the step "intake" has no evidence field "Softbooked". Did you mean "Soft-booked"?',
      'hands_over.fields.billing.rate: "billing.rate" is money, which is not kept in GitLab. Leave it to the CRM.',
      'hands_over.fields.deliverables: "deliverables" is more than one value. Name one field in it.',
    ]);
    expect(told({ ...process({}), about: 'sow' })[0]).toContain('only a deal is handed over');
  });

  it('knows answers that are no choices, and what they make', () => {
    const more = anInputStep('more', { kind: 'on-demand', created: 'command' });
    const step = (field: Readonly<Record<string, unknown>>) =>
      anInputStep('decide', {
        done_when: {
          evidence: [{ field: 'Decision', kind: 'choice', choices: ['yes', 'ask', 'no'], ...field }],
        },
      });
    const found = (field: Readonly<Record<string, unknown>>): readonly string[] =>
      problems(anInputProcess([step(field), more, a], { closeWhen: ['a'] }));

    expect(found({ open: ['ask'], makes: { ask: 'more' }, gives_up: ['no'] })).toEqual([]);
    expect(found({ open: ['asks'], makes: { aks: 'mor' }, gives_up: ['never'] })).toEqual([
      'decide done_when.evidence[0].open[0]: "asks" is no choice of the field',
      'decide done_when.evidence[0].makes.aks: "aks" is no choice of the field',
      'decide done_when.evidence[0].gives_up[0]: "never" is no choice of the field',
      'decide done_when.evidence[0].makes.aks: there is no other step "mor" that is made by command',
    ]);
  });

  it('gives a fix for every problem', () => {
    const process = anInputProcess([
      anInputStep('kick-off', { after: ['kickof'] }),
      anInputStep('wrap-up', { after: ['kickoff'] }),
    ]);

    expect(processProblems(process).map(({ fix }) => fix)).toEqual([
      'Did you mean "kick-off"?',
      'Did you mean "kick-off"?',
    ]);
  });

  it('names unknown steps in profiles', () => {
    const processFile = ProcessFile.parse({
      id: 'test',
      name: 'Test',
      summary: 'Test.',
      titles: { epic: 'E', issue: 'I' },
      steps: ['a', 'b'],
      close_when: ['b'],
      profiles: {
        strict: { summary: 'Strict.', after: { b: ['a', 'zzz'], yyy: [] } },
        empty: { summary: 'Empty.', after: {} },
      },
    });

    expect(
      profileProblems(processFile, 'process.yml').map(
        ({ path, message, fix }) => `${path}: ${message}. ${fix}`,
      ),
    ).toEqual([
      'profiles.strict.after.b[1]: there is no step "zzz". The steps are: a, b.',
      'profiles.strict.after.yyy: there is no step "yyy". The steps are: a, b.',
      'profiles.empty.after: the profile changes nothing. Name a step and its predecessors, or drop the profile.',
    ]);
  });
});
