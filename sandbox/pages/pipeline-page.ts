import { html } from 'hono/html';
import { fullPathOf, projectAccess } from '#sandbox/reading.ts';
import type { Pipeline, PipelineStatus } from '#sandbox/world.ts';
import { layout } from './layout.ts';
import type { Place } from './lookup.ts';
import { groupOf, projectAt } from './lookup.ts';
import type { PageDeps, View } from './mount-view.ts';
import type { Html, Visit } from './visit.ts';

const REPORTER = 20;

interface Shown {
  readonly place: Place;
  readonly pipeline: Pipeline;
}

/** How a pipeline can go on here, and what the button says. */
const WAYS: readonly (readonly [status: PipelineStatus, words: string])[] = [
  ['success', 'Let it succeed'],
  ['failed', 'Let its job fail'],
  ['canceled', 'Cancel it'],
];

/** What a pipeline ends as; no other status is taken from a form. */
function statusIn(text: string): PipelineStatus | null {
  return [...WAYS, ['running', ''] as const].find(([status]) => status === text)?.[0] ?? null;
}

/** The page of one pipeline; its buttons take a Developer. */
export function pipelineView({ operations }: PageDeps): View<Shown> {
  return {
    find(visit, context) {
      const project = projectAt(visit.world, context.req.param('project') ?? '');
      const group = project === undefined ? undefined : groupOf(visit.world, project);
      const id = Number(context.req.param('id'));
      const pipeline = visit.world.pipelines.find((it) => it.projectId === project?.id && it.id === id);
      if (project === undefined || group === undefined || pipeline === undefined) return null;
      return projectAccess(visit.world, visit.actor, project) < REPORTER
        ? null
        : { place: { group, project }, pipeline };
    },
    render: (visit, { place, pipeline }) => pipelinePage(visit, place, pipeline),
    act(visit, { pipeline }, fields) {
      const status = statusIn(fields.text('status'));
      if (status !== null) operations.setPipeline(visit.actor, pipeline, status);
      return { anchor: null, said: null };
    },
  };
}

function givenTo({ variables, inputs }: Pipeline): readonly (readonly [string, string])[] {
  const values = Object.entries(inputs).map(([name, value]) => [name, String(value)] as const);
  return [...variables.map(({ key, value }) => [key, value] as const), ...values];
}

/** A pipeline with its variables, and the buttons by which whoever plays says how it ends. */
function pipelinePage(visit: Visit, { group, project }: Place, pipeline: Pipeline): Html {
  const { world, paths, here } = visit;
  const { id, status, ref, job } = pipeline;
  const isOver = ['success', 'failed', 'canceled', 'skipped'].includes(status);
  const ways = isOver ? ([['running', 'Retry it']] as const) : WAYS;
  const where = project === null ? '' : fullPathOf(world, project);
  const main = html`<h1>Pipeline #${id}</h1>
<p>Of <code>${where}</code> at <code>${ref}</code>: <strong>${status}</strong>.
Nothing runs here; you say how it goes on.</p>
<section class="card" id="job-${job?.id ?? 0}"><h2>Job ${job?.name ?? 'none'}</h2><p>${status}</p>
<form method="post" action="${here}">${ways.map(
    ([value, words]) => html`<button name="status" value="${value}">${words}</button> `,
  )}</form></section>
<section class="card"><h2>Variables and inputs</h2><table role="table"><thead><tr role="row"><th role="columnheader" scope="col">Name</th><th role="columnheader" scope="col">Value</th></tr></thead><tbody>${givenTo(
    pipeline,
  ).map(
    ([key, value]) =>
      html`<tr role="row"><td role="cell"><code>${key}</code></td><td role="cell">${value}</td></tr>`,
  )}</tbody></table></section>`;
  const trail = project === null ? [] : [[paths.issues(project), where] as const];
  return layout(visit, { title: `Pipeline #${id}`, group, section: null, trail, main });
}
