/** What `lint` says about the versions of a process. */
import { type FieldPath, type InputProblem, problem, shown, warning } from '#domain/base/input-problem.ts';
import { processFileOf } from '#domain/process/problem.ts';
import type { InAllProfiles } from '#domain/process/process.ts';
import { changedRules, type RuleChange } from './changed-rules.ts';
import { rulesHash } from './rules-hash.ts';
import { FROZEN_FILE, type FrozenFolder, nextVersion, notedRules, versionOfName } from './versions.ts';

const NEVER_EDITED = 'A frozen version never changes, because engagements are judged by it.';

/** Frozen folders that are not as `procession freeze` made them. */
export function frozenProblems(frozen: readonly FrozenFolder[]): readonly InputProblem[] {
  return frozen.flatMap((it) => problemsOf(it, frozen));
}

function problemsOf(it: FrozenFolder, all: readonly FrozenFolder[]): readonly InputProblem[] {
  const { name, folder, note } = it;
  const version = versionOfName(name);
  if (version === null)
    return [
      problem(
        { file: folder },
        `expected the number of a version, got ${shown(name)}`,
        'procession freeze makes these folders; keep anything else elsewhere.',
      ),
    ];
  if (note === null)
    return [
      problem(
        { file: `${folder}/${FROZEN_FILE}` },
        'there is no such file, or it is not what procession freeze wrote',
        `${NEVER_EDITED} Restore it with git, or remove a folder that was made by hand.`,
      ),
    ];
  const misnamed = misnamedProblem(it, version, all);
  if (misnamed !== null) return [misnamed];
  const edited = editedProblems(it, note.files);
  return edited.length > 0 ? edited : unreadableProblems(it);
}

function misnamedProblem(
  { folder, note, definitions }: FrozenFolder,
  version: number,
  all: readonly FrozenFolder[],
): InputProblem | null {
  const numbers = [
    { file: `${folder}/process.yml`, said: definitions?.[0].version ?? version },
    { file: `${folder}/${FROZEN_FILE}`, said: note?.version ?? version },
  ];
  const wrong = numbers.find(({ said }) => said !== version);
  if (wrong === undefined) return null;
  const other = all.some(({ name }) => name === String(wrong.said)) ? ', which another folder holds' : '';
  return problem(
    { file: wrong.file, at: ['version'] },
    `expected version ${version}, the name of the folder, got ${wrong.said}${other}`,
    `${NEVER_EDITED} Restore it with git, or remove a folder that was copied by hand.`,
  );
}

function editedProblems({ name, folder, files }: FrozenFolder, noted: FrozenFolder['files']): InputProblem[] {
  const names = [...new Set([...Object.keys(noted), ...Object.keys(files)])].toSorted();
  return names.flatMap((file) => {
    if (noted[file] === files[file]) return [];
    const what =
      files[file] === undefined ? 'is missing' : noted[file] === undefined ? 'was added' : 'was edited';
    return [
      problem(
        { file: `${folder}/${file}` },
        `${what} after version ${name} was frozen`,
        `${NEVER_EDITED} Restore it with git; edit the files of the process itself.`,
      ),
    ];
  });
}

function unreadableProblems({ name, folder, note, definitions, problems }: FrozenFolder): InputProblem[] {
  const file = `${folder}/process.yml`;
  const fix = `Engagements of version ${name} are left alone until it can be read. Use the release of Procession that froze it.`;
  const [first] = problems;
  if (definitions === null)
    return [
      problem(
        { file: first?.file ?? file, line: first?.line ?? null, at: first?.at ?? [] },
        `version ${name} cannot be read any more: ${first?.message ?? 'nothing is there'}`,
        fix,
      ),
    ];
  const other = definitions.find(
    (definition) => note !== null && notedRules(note, definition.profile) !== rulesHash(definition),
  );
  if (other === undefined) return [];
  return [
    problem({ file }, `the rules of version ${name} are not read as they were when it was frozen`, fix),
  ];
}

/** The current definition beside its frozen versions: another rule without a new number, a number too low, a draft. */
export function currentProblems(
  current: InAllProfiles,
  frozen: readonly FrozenFolder[],
): readonly InputProblem[] {
  const [{ id, version }] = current;
  const file = processFileOf(current[0]);
  const next = nextVersion(version, frozen);
  if (next > version + 1)
    return [
      problem(
        { file, at: ['version'] },
        `version ${version} is older than version ${next - 1}, which is frozen`,
        `Write version: ${next - 1} when the rules are those, else version: ${next}.`,
      ),
    ];
  const same = frozen.find(({ name }) => name === String(version));
  if (same === undefined)
    return [
      warning(
        { file, at: ['version'] },
        `version ${version} is a draft: it is not frozen`,
        `Before an engagement is launched with it: procession freeze ${id}. What a draft was at a launch is found nowhere once its rules change.`,
      ),
    ];
  const fix = `Raise "version" to ${next} in ${file}, then procession freeze ${id}; or put it back. Engagements of version ${version} keep their rules.`;
  return changedRules(same.definitions ?? current, current).map((change) =>
    problem(placeOf(change, current), changeMessage(change, version), fix),
  );
}

function changeMessage({ step, at, from, to }: RuleChange, version: number): string {
  if (step !== null && at.length === 0)
    return to === null
      ? `the step "${step}" of version ${version}, which is frozen, is gone`
      : `the step "${step}" is not in version ${version}, which is frozen`;
  return `another rule than in version ${version}, which is frozen: was ${from ?? 'nothing'}, is ${to ?? 'nothing'}`;
}

/** Where the rule stands now; of a step that is gone, the list it is missing from. */
function placeOf({ step: id, at }: RuleChange, [plain]: InAllProfiles): { file: string; at: FieldPath } {
  const step = plain.steps.find((step) => step.id === id);
  if (step === undefined) return { file: processFileOf(plain), at: id === null ? at : ['steps'] };
  const [group, list, field, ...rest] = at;
  const row = step.done_when.evidence.findIndex((evidence) => evidence.field === field);
  const isRow = group === 'done_when' && list === 'evidence' && row !== -1;
  return { file: step.file, at: isRow ? [group, list, row, ...rest] : at };
}
