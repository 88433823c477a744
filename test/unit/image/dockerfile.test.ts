import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dockerfileProblems } from '#test/support/dockerfile-rules.ts';

const root = join(import.meta.dirname, '../../..');
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gmu)].flatMap(([, sources]) =>
  (sources ?? '').split(' '),
);

/** The Dockerfile with one thing changed that must be there. */
function changed(from: string | RegExp, to: string): string {
  const text = dockerfile.replace(from, to);
  if (text === dockerfile) throw new Error(`nothing to change at ${String(from)}`);
  return text;
}

describe('the image', () => {
  it('keeps to the rules', () => {
    expect(dockerfileProblems(dockerfile)).toEqual([]);
  });

  it('takes in what exists, and what the builder is given', () => {
    const given = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');

    expect(copied.length).toBeGreaterThan(5);
    expect(given[0]).toBe('*');
    expect(copied.filter((source) => !existsSync(join(root, source)))).toEqual([]);
    for (const source of copied) expect(given).toContain(`!${source}`);
  });

  it.each<[string, string, RegExp]>([
    ['an unknown instruction', changed('EXPOSE 3000', 'EXPOSED 3000'), /Unknown instruction/iu],
    ['a port that is none', changed('EXPOSE 3000', 'EXPOSE web'), /port/iu],
    ['two commands', `${dockerfile}\nCMD ["sweep"]\n`, /only be one CMD/iu],
    ['a wrong duration', changed('--interval=30s', '--interval=30'), /unit/iu],
    ['no tag', changed(/^FROM \S+$/mu, 'FROM node'), /node:latest/u],
    ['the newest', changed(/^FROM \S+$/mu, 'FROM node:latest'), /node:latest/u],
    ['another Node', changed(/^FROM node:24/mu, 'FROM node:22'), /\.nvmrc says 24/u],
    ['another image', changed(/^FROM node:/mu, 'FROM registry.example.com/tools:'), /not node/u],
    ['no user', changed(/^USER node\n/mu, ''), /runs as root/u],
    ['root again', changed(/^VOLUME/mu, 'USER root\nVOLUME'), /runs as root/u],
    ['root by number', changed('USER node', 'USER 0:0'), /runs as root/u],
    ['a user too late', `${changed(/^USER node\n/mu, '')}\nUSER node\n`, /after ENTRYPOINT/u],
    ['a shell around the service', changed(/^ENTRYPOINT .*$/mu, 'ENTRYPOINT node main.ts'), /shell form/u],
    ['a shell around the command', changed(/^CMD .*$/mu, 'CMD serve'), /CMD is in shell form/u],
    ['no command', changed(/^CMD .*$/mu, ''), /no CMD/u],
    ['no health check', changed(/^HEALTHCHECK[\s\S]*?\n(?=ENTRYPOINT)/mu, ''), /no HEALTHCHECK/u],
    ['another health check', changed('/healthz', '/other'), /does not ask/u],
    ['a secret', changed('ENV NODE_ENV', 'ENV GITLAB_TOKEN=x \\\n    NODE_ENV'), /looks like a secret/u],
    ['a secret for the build', changed('WORKDIR', 'ARG NPM_PASSWORD\nWORKDIR'), /looks like a secret/u],
    ['a file of secrets', changed('COPY src ./src', 'COPY src ./src\nCOPY .env ./'), /looks like a secret/u],
    ['everything', changed('COPY src ./src', 'COPY . .'), /takes everything/u],
    ['ADD', changed('COPY src', 'ADD src'), /use COPY/u],
    ['code first', changed('.npmrc ./', '.npmrc ./\nCOPY src ./src2'), /before the installation/u],
    ['no lock file', changed('package-lock.json ', ''), /package-lock\.json is not there/u],
    [
      'what builds need',
      changed('WORKDIR /opt/procession', 'WORKDIR /opt/procession\nRUN npm ci'),
      /only builds need/u,
    ],
    ['sources', changed('COPY bin ./bin', 'COPY bin ./bin\nCOPY src ./src'), /sources beside/u],
    ['no code', changed('COPY --from=build /build/dist ./dist\n', ''), /nothing from the build/u],
    ['any version', changed('npm ci', 'npm install'), /npm ci/u],
    ['nothing', changed(/^RUN npm.*$/mu, ''), /nothing is installed/u],
  ])('would be refused with %s', (_, text, problem) => {
    expect(dockerfileProblems(text).join('\n')).toMatch(problem);
  });
});
