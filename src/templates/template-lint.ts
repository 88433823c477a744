import { type InputProblem, located, problem, warning } from '#domain/base/input-problem.ts';
import { SUBJECTS, type SubjectKind } from '#domain/base/keys.ts';
import type { Step } from '#domain/process/process.ts';
import { templateProblems } from '#domain/template/problems.ts';
import type { ProcessDraft } from './process-draft.ts';

/** What is wrong with the Mustache of a process: steps, epic, titles, partials. Lines are those of the files. */
export function draftTemplateProblems(draft: ProcessDraft): readonly InputProblem[] {
  const [first = [], ...others] = (draft.about === null ? SUBJECTS : [draft.about]).map((about) =>
    problemsAbout(about, draft),
  );
  // While nobody knows what the process is about, wrong is what is wrong in either case.
  const found = first.filter((one) => others.every((other) => other.some((same) => isSame(one, same))));
  return [...found, ...unusedPartials(draft)];
}

function isSame(one: InputProblem, other: InputProblem): boolean {
  return one.file === other.file && one.line === other.line && one.message === other.message;
}

function problemsAbout(about: SubjectKind, draft: ProcessDraft): readonly InputProblem[] {
  const { partials, folder } = draft;
  const problems: InputProblem[] = [];
  const report = (found: InputProblem): void => {
    // Every template may name the same fault of a shared partial.
    if (!problems.some((known) => isSame(known, found))) problems.push(found);
  };
  for (const [id, { file, body, linesBefore }] of draft.templates) {
    const evidence = draft.steps.get(id)?.done_when.evidence ?? [];
    for (const found of templateProblems(body, { partials, file, kind: 'step', about, evidence }))
      report({ ...found, line: (found.line ?? 0) + (found.file === file ? linesBefore : 0) });
  }
  for (const { step, name } of threadPartials(draft))
    for (const found of templateProblems(`{{> ${name}}}`, {
      partials,
      file: step.file,
      kind: 'step',
      about,
    }))
      report(found);
  const epic = `${folder}/epic.md`;
  for (const found of templateProblems(draft.epicBody, { partials, file: epic, kind: 'epic', about }))
    report(found);
  const file = `${folder}/process.yml`;
  for (const [name, title] of Object.entries(draft.processFile?.titles ?? {}))
    for (const { message } of templateProblems(title, { partials, file, kind: 'title', about }))
      report(located(problem({ at: ['titles', name] }, message), file, (at) => draft.lineOf(file, at)));
  return problems;
}

/** Partials that are shown in the threads of recurring steps. */
function threadPartials({
  steps,
  partials,
}: ProcessDraft): readonly { readonly step: Step; readonly name: string }[] {
  return [...steps.values()].flatMap((step) => {
    const { recurs } = step;
    const names = recurs === undefined ? [] : [recurs.agenda ?? 'agenda', recurs.form ?? ''];
    return names.filter((name) => Object.hasOwn(partials, name)).map((name) => ({ step, name }));
  });
}

function unusedPartials(draft: ProcessDraft): readonly InputProblem[] {
  const { folder, partials, templates, epicBody } = draft;
  const shown = new Set(threadPartials(draft).map(({ name }) => name));
  const texts = [epicBody, ...Object.values(partials), ...[...templates.values()].map(({ body }) => body)];
  return Object.keys(partials)
    .filter(
      (name) =>
        !shown.has(name) &&
        !texts.some((text) => text.match(/\{\{>\s*[^\s}]+/g)?.some((tag) => tag.slice(3).trim() === name)),
    )
    .map((name) =>
      warning(
        { file: `${folder}/_${name}.md` },
        'no template uses this partial',
        `Write {{> ${name}}} somewhere, or remove the file.`,
      ),
    );
}
