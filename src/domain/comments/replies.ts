/** What is said to who gave a command, as Markdown that mentions nobody. */

import type { Assessment } from '#domain/assess/step-status.ts';
import { ANYBODY, COMMENT_COMMANDS, STEP_OWNER, usageOf } from '#domain/base/commands.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { ended } from '#domain/base/sentence.ts';
import type { Settings } from '#domain/base/settings.ts';
import { type Explanation, explain, type StepExplanation } from '#domain/explain/explain.ts';
import type { Identified } from '#domain/record/identify.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import { countDone, waitingLine } from '#domain/texts/epic-block.ts';
import { allowedRoles } from './rights.ts';

/** Answer to one command, before it is put into words. */
export type Reply =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'help' | 'status' }
  | { readonly kind: 'explain'; readonly step: StepKey | null };

/** Puts an answer into Markdown that mentions nobody. */
export function replyText(reply: Reply, context: BlockContext, found: Identified): string {
  switch (reply.kind) {
    case 'text':
      return reply.text;
    case 'help':
      return helpText(context.assessment, context.settings);
    case 'status':
      return statusText(context);
    case 'explain':
      return withLinks(explainMarkdown(explain({ ...context, found }), reply.step), found);
  }
}

/** What explanations name as plain text as it is meant to be: issues of steps as links, what is to be typed as code. */
function withLinks(text: string, { issues }: Identified): string {
  const references = [...issues.values()].map(({ reference }) => reference);
  return references
    .reduce((linked, reference) => linked.replaceAll(inlineText(reference), reference), text)
    .replaceAll(inlineText('[~]'), '`[~]`')
    .replaceAll(/(?<!`)\/ps \w+/g, '`$&`');
}

function helpText({ process }: Assessment, settings: Settings): string {
  const rows = COMMENT_COMMANDS.map((command) => {
    const roles =
      command.name === 'approve'
        ? ['the role the step asks for']
        : allowedRoles(command.name, null, settings);
    const who = roles
      .map((role) => (role === ANYBODY ? 'every member' : role === STEP_OWNER ? 'who does the step' : role))
      .join(', ');
    return `| \`${usageOf(command).replaceAll('|', '\\|')}\` | ${command.summary} | ${who} |`;
  });
  const steps = process.steps.map(({ id }) => `\`${id}\``).join(', ');
  return [
    'A command is a line of its own in a new comment. On an issue it is about that step; on the epic, name the step first.',
    '',
    '| Command | What it does | Who may |',
    '|---|---|---|',
    ...rows,
    '',
    `Steps: ${steps}`,
  ].join('\n');
}

function statusText(context: BlockContext): string {
  const { assessment } = context;
  return [
    waitingLine(context),
    '',
    `${countDone(assessment)} of ${assessment.steps.length} steps done.`,
  ].join('\n');
}

/** The same evaluation as `procession explain`, for a comment. */
function explainMarkdown(explanation: Explanation, step: string | null): string {
  const one = explanation.steps.find((candidate) => candidate.step === step);
  if (one !== undefined) return stepMarkdown(one).join('\n');
  return [
    `**${explanation.engagement}**: ${inlineText(explanation.epic.verdict)}`,
    '',
    ...explanation.steps.map((status) =>
      status.included
        ? `- ${stepReference(status.step)} **${status.title}**: ${inlineText(status.verdict)}`
        : `- ${status.title}: not in this engagement`,
    ),
  ].join('\n');
}

function stepMarkdown(step: StepExplanation): readonly string[] {
  const changes = step.wouldChange.map((text) => `- To do: ${ended(inlineText(text))}`);
  if (!step.included)
    return [`**${step.title}** is not in this engagement: ${inlineText(step.why)}`, '', ...changes];
  const sign = (met: boolean): string => (met ? '✓' : '✗');
  return [
    `${stepReference(step.step)} **${step.title}**: ${inlineText(step.verdict)}`,
    '',
    ...step.predecessors.map(
      (before) => `- ${sign(before.fulfilled)} after ${before.title} is ${before.until}: ${before.state}`,
    ),
    ...(step.checklist.required && step.checklist.items.length > 0
      ? [
          `- ${sign(step.checklist.items.every(({ done, optional }) => done || optional))} checklist: ${step.checklist.items.filter(({ done }) => done).length} of ${step.checklist.items.length} ticked`,
        ]
      : []),
    ...step.evidence.map(
      ({ field, value, problem }) =>
        `- ${sign(problem === null)} ${field}: ${value === null ? 'empty' : inlineText(value, 120)}`,
    ),
    ...step.gates.map(
      ({ wanted, seen, problem }) => `- ${sign(problem === null)} ${inlineText(wanted)}: ${inlineText(seen)}`,
    ),
    ...(changes.length > 0 ? ['', ...changes] : []),
  ];
}
