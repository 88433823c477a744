/** All facts, proven one after the other in a group that somebody has named for it. */
import { z } from 'zod';
import { GitLabRefusedError } from '#domain/base/errors.ts';
import type { Conformance, ConformanceWish, ProvenFact } from '#ports/conformance.ts';
import { createAsk, made, NotTried, type Reply } from './ask.ts';
import { EPIC_FACTS } from './epic-facts.ts';
import type { Fact } from './fact.ts';
import { ISSUE_FACTS } from './issue-facts.ts';
import { LABEL_FACTS } from './label-facts.ts';
import { NOTE_FACTS } from './note-facts.ts';
import { createScratch, type Scratch } from './scratch.ts';

/** Every fact, in the order of its proof; what is proven last has seen the most answers. */
export const FACTS: readonly Fact[] = [...EPIC_FACTS, ...ISSUE_FACTS, ...NOTE_FACTS, ...LABEL_FACTS];

/** Where and as whom facts are proven. */
export interface ProofOptions extends ConformanceWish {
  readonly host: string;
  readonly token: string;
  /** Token of a member with the Guest role; `null`: what needs one is not tried. */
  readonly guestToken: string | null;
}

/** Proves every fact and removes what was made, also when a proof breaks off. @throws AppError without GitLab, group or project */
export async function proveFacts(options: ProofOptions): Promise<Conformance> {
  const headers: Reply['headers'][] = [];
  const ask = createAsk({ ...options, onReply: (reply) => headers.push(reply.headers) });
  const guest =
    options.guestToken === null ? null : createAsk({ host: options.host, token: options.guestToken });
  const group = `/groups/${encodeURIComponent(options.group)}`;
  const gitlab = await versionOf(ask);
  const project = `/projects/${encodeURIComponent(options.project ?? (await onlyProject(ask, options.group)))}`;
  const isPremium = (await ask('GET', `${group}/epics?per_page=1`)).status === 200;
  const scratch = createScratch({ ask, guest, group, project, headers }, options.mark);
  const facts: ProvenFact[] = [];
  let left: readonly string[] = [];
  try {
    for (const [index, fact] of FACTS.entries()) {
      options.onFact(index, FACTS.length, fact.id);
      facts.push(await proven(fact, scratch, isPremium));
    }
  } finally {
    left = await scratch.removeAll();
  }
  return { gitlab, tier: isPremium ? 'premium' : 'free', facts, left };
}

async function proven({ prove, ...fact }: Fact, scratch: Scratch, isPremium: boolean): Promise<ProvenFact> {
  if (fact.tier === 'premium' && !isPremium)
    return {
      ...fact,
      outcome: 'not-tried',
      seen: 'this GitLab has no epics: Procession goes by tracking issues',
    };
  try {
    const { holds, seen } = await prove(scratch);
    return { ...fact, outcome: holds ? 'holds' : 'differs', seen };
  } catch (error) {
    if (!(error instanceof NotTried)) throw error;
    return { ...fact, outcome: 'not-tried', seen: error.message };
  }
}

async function versionOf(ask: Scratch['ask']): Promise<string> {
  const reply = await ask('GET', '/version');
  if (reply.status === 401)
    throw new GitLabRefusedError(
      'GitLab does not take the token (401). Set GITLAB_TOKEN to a valid one with the scope "api".',
      reply.status,
    );
  return z.object({ version: z.string() }).safeParse(reply.body).data?.version ?? 'unknown';
}

async function onlyProject(ask: Scratch['ask'], group: string): Promise<string> {
  const path = `/groups/${encodeURIComponent(group)}/projects?per_page=2`;
  const reply = await ask('GET', path);
  if (reply.status === 404)
    throw new GitLabRefusedError(
      `There is no group ${group}, or the token's user is no member. Make a scratch group, or correct --group.`,
      reply.status,
    );
  const paths = made(
    z.array(z.object({ path_with_namespace: z.string() })),
    reply,
    'the projects of the group',
  );
  const [project] = paths;
  if (paths.length === 1 && project !== undefined) return project.path_with_namespace;
  throw new GitLabRefusedError(
    paths.length === 0
      ? `The group ${group} has no project for the issues of the proofs. Make an empty one in it.`
      : `The group ${group} has several projects. Name the one for the proofs with --project.`,
    reply.status,
  );
}
