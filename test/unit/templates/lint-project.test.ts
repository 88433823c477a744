import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatProblem } from '#domain/base/input-problem.ts';
import { DEFAULT_SETTINGS, type Settings } from '#domain/base/settings.ts';
import { lintProject } from '#templates/lint-project.ts';

const DELIVERY = {
  'process.yml': `id: delivery
name: Delivery
summary: For tests.
titles: { epic: '{{sow.number}}', issue: '{{step.title}}' }
steps: [kick-off]
close_when: [kick-off]
`,
  'epic.md': '{{engagement}}\n',
  'kick-off.md': '---\ntitle: Kick-off\nowner: engineer\n---\n- [ ] Hold it\n',
};
const SALES = {
  'process.yml': `id: sales
name: Sales
summary: For tests.
about: deal
titles: { epic: '{{deal.name}}', issue: '{{step.title}}' }
steps: [quote, under-way]
close_when: [under-way]
`,
  'epic.md': '{{ask}}\n',
  'quote.md': '---\ntitle: Quote\nowner: account-manager\n---\n- [ ] Write it for {{deal.name}}\n',
  'under-way.md':
    '---\ntitle: Under way\nowner: manager\nafter: [quote]\nsame_as: { process: delivery, step: kick-off }\n---\n',
};

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'procession-lint-project-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

interface Changed {
  readonly delivery?: Readonly<Record<string, string>>;
  readonly sales?: Readonly<Record<string, string>>;
  readonly settings?: Partial<Settings>;
}

async function lint({ delivery = {}, sales = {}, settings = {} }: Changed = {}): Promise<readonly string[]> {
  const folders = { delivery: { ...DELIVERY, ...delivery }, sales: { ...SALES, ...sales } };
  for (const [id, files] of Object.entries(folders)) {
    await mkdir(join(root, id));
    for (const [name, text] of Object.entries(files)) await writeFile(join(root, id, name), text);
  }
  const { problems } = await lintProject(root, [], {
    ...DEFAULT_SETTINGS,
    ...settings,
    configFile: 'procession.yml',
  });
  return problems
    .map((found) => formatProblem(found).replace(`${root}/`, ''))
    .filter((text) => !text.includes('not frozen'));
}

describe('templates/lint-project', () => {
  it('finds nothing in a step that has its issue elsewhere, and therefore no text of its own', async () => {
    expect(await lint()).toEqual([]);
  });

  it('tells what is wrong in processes and settings in one run, each in its line', async () => {
    const problems = await lint({
      delivery: {
        'kick-off.md':
          '---\ntitle: Kick-off\nowner: engineer\ndone_when: { evidence: [{ field: Held on, kind: date }] }\n---\n- [ ] Hold it\n',
      },
      sales: {
        'under-way.md': SALES['under-way.md'].replace('step: kick-off', 'step: kickoff'),
      },
      settings: { launch: { choices: [], otherwise: { process: 'sales', profile: null } } },
    });

    expect(problems).toEqual([
      expect.stringContaining(
        'procession.yml process: expected a process about SOWs, and "sales" is about deals',
      ),
      expect.stringMatching(/^delivery\/kick-off.md:6: .*\{\{> evidence\}\} is missing/),
      expect.stringMatching(
        /^sales\/under-way.md:5 same_as: the process "delivery" has no step "kickoff".*Did you mean "kick-off"\?/s,
      ),
    ]);
  });

  it('says of a stage that is none only that, and nothing of names that deals have', async () => {
    const launch = 'launch: { stage: [discovry] }\n';
    const problems = await lint({ sales: { 'process.yml': `${SALES['process.yml']}${launch}` } });

    expect(problems).toEqual([expect.stringMatching(/^sales\/process.yml:8 launch.stage\[0\]: .*discovry/s)]);
  });

  it('tells the rules of a step also where another step cannot be read', async () => {
    const quote =
      '---\ntitle: Quote\nowner: account-manager\nwhen: { deal.stag: scoping }\n---\n- [ ] Write it\n';
    const problems = await lint({
      sales: {
        'quote.md': quote,
        'under-way.md': SALES['under-way.md'].replace('owner: manager', 'ownr: manager'),
      },
    });

    expect(problems).toEqual([
      expect.stringMatching(/^sales\/quote.md:4 when.*a deal has no field "deal.stag"/s),
      expect.stringMatching(/^sales\/under-way.md:\d+ .*owner/s),
      expect.stringMatching(/^sales\/under-way.md:\d+ .*ownr/s),
    ]);
  });
});
