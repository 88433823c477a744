/**
 * What must hold for the image: that the file builds at all (a validator from npm says), and the rules of ours that
 * no validator knows. There is no container engine where this runs, so nothing is built.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Copy, DockerfileParser, From, type Instruction, JSONInstruction, User } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';

const root = join(import.meta.dirname, '../..');
const SECRET = /token|secret|passw|credential|private|api_?key/i;

/** Every rule that the text breaks, in words; none when it is fine. */
export function dockerfileProblems(text: string): readonly string[] {
  const instructions = DockerfileParser.parse(text).getInstructions();
  const syntax = validate(text).map(({ message, range }) => {
    const words = typeof message === 'string' ? message : message.value;
    return `line ${range.start.line + 1}: ${words}`;
  });
  return [...syntax, ...RULES.flatMap((rule) => rule(instructions))];
}

type Rule = (instructions: readonly Instruction[]) => readonly string[];

const named = (instructions: readonly Instruction[], keyword: string): readonly Instruction[] =>
  instructions.filter((it) => it.getKeyword() === keyword);

const textOf = (instruction: Instruction): string => instruction.getArgumentsContent() ?? '';

/** The base is that of the Node the project names, so that image, tests and engines agree. */
const base: Rule = (instructions) =>
  instructions
    .filter((it): it is From => it instanceof From)
    .flatMap((from) => {
      const wanted = readFileSync(join(root, '.nvmrc'), 'utf8').trim();
      const tag = from.getImageTag();
      if (from.getImageName() !== 'node') return [`the base is ${from.getImageName()}, not node`];
      if (tag === null || !new RegExp(`^${wanted}(\\.\\d+)*-[a-z]+`).test(tag))
        return [`the base is node:${tag ?? 'latest'}; .nvmrc says ${wanted}, with the name of a Debian`];
      return [];
    });

const user: Rule = (instructions) => {
  const last = instructions.findLastIndex((it) => it instanceof User);
  const start = instructions.findIndex((it) => it.getKeyword() === 'ENTRYPOINT');
  const name = instructions[last] === undefined ? 'root' : textOf(instructions[last]);
  if (/^(?:root|0)(?::|$)/.test(name)) return ['the image runs as root'];
  return last > start ? ['USER comes after ENTRYPOINT'] : [];
};

/** In exec form a signal reaches the service itself, not a shell around it: it ends gracefully. */
const execForm: Rule = (instructions) =>
  ['ENTRYPOINT', 'CMD'].flatMap((keyword) => {
    const [found] = named(instructions, keyword);
    if (found === undefined) return [`there is no ${keyword}`];
    const isExec = found instanceof JSONInstruction && found.getOpeningBracket() !== null;
    return isExec ? [] : [`${keyword} is in shell form`];
  });

const health: Rule = (instructions) => {
  const [check] = named(instructions, 'HEALTHCHECK');
  if (check === undefined) return ['there is no HEALTHCHECK'];
  return /CMD \[.*\/healthz/s.test(textOf(check)) ? [] : ['HEALTHCHECK does not ask /healthz in exec form'];
};

const secrets: Rule = (instructions) =>
  ['ENV', 'ARG', 'COPY'].flatMap((keyword) =>
    named(instructions, keyword)
      .map(textOf)
      .filter((text) => SECRET.test(text) || /(?:^|[\s/])\.env/.test(text))
      .map((text) => `${keyword} ${text} looks like a secret: give it at run time`),
  );

/** What changes often comes late: a change of our code must not install everything again. */
const order: Rule = (instructions) => {
  const install = instructions.findIndex((it) => INSTALLS.test(textOf(it)));
  const copies = named(instructions, 'COPY').filter((it): it is Copy => it instanceof Copy);
  const before = copies.filter((it) => instructions.indexOf(it) < install);
  const sources = before.flatMap((it) => textOf(it).split(/\s+/).slice(0, -1));
  const late = sources.filter((source) => !/^(?:package(?:-lock)?\.json|\.npmrc)$/.test(source));
  if (install === -1) return ['nothing is installed'];
  return [
    ...(/\bnpm ci\b/.test(textOf(instructions[install] as Instruction))
      ? []
      : ['not installed by npm ci, which keeps to the lock file']),
    ...(sources.includes('package-lock.json') ? [] : ['package-lock.json is not there at the installation']),
    ...late.map((source) => `${source} is copied before the installation`),
  ];
};

const INSTALLS = /\bnpm (?:ci|install|i)\b/;

/** What compiles stays in the stage that compiles: the image has compiled code alone. */
const stages: Rule = (instructions) => {
  const last = instructions.findLastIndex((it) => it instanceof From);
  const shipped = instructions.slice(last);
  const given = named(shipped, 'COPY').map(textOf);
  return [
    ...(shipped.some((it) => INSTALLS.test(textOf(it))) ? ['the image installs what only builds need'] : []),
    ...(given.some((text) => /(?:^|\s)src\b/.test(text)) ? ['the image has sources beside the code'] : []),
    ...(shipped.some((it) => it instanceof Copy && it.getFromFlag()?.getValue() === 'build')
      ? []
      : ['the image takes nothing from the build']),
  ];
};

/** Only what is named: a folder as a whole would take in whatever lies around. */
const namedSources: Rule = (instructions) => [
  ...named(instructions, 'ADD').map(() => 'ADD fetches and unpacks: use COPY'),
  ...named(instructions, 'COPY')
    .filter((it) =>
      textOf(it)
        .split(/\s+/)
        .slice(0, -1)
        .some((source) => /^\.?\/?$|\*/.test(source)),
    )
    .map((it) => `COPY ${textOf(it)} takes everything`),
];

const RULES: readonly Rule[] = [base, user, execForm, health, secrets, order, stages, namedSources];
