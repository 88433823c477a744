import { createHash } from 'node:crypto';
import { forbidden, notFound, projectAccess } from '#sandbox/reading.ts';
import type { Answer, Call, Route } from './call.ts';
import { actorOf, ok, PAGING, projectOf } from './call.ts';
import { paged } from './paging.ts';

const REPORTER = 20;
const DEVELOPER = 30;
const MAINTAINER = 40;

/**
 * Files of a project's repository, on its default branch; other branches do not exist. In a private project code is for
 * Reporters and up.
 *
 * @see https://docs.gitlab.com/api/repositories/#list-repository-tree
 * @see https://docs.gitlab.com/api/repository_files/#get-file-from-repository
 * @see https://docs.gitlab.com/user/permissions/#repository
 */
export const REPOSITORY_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/projects/:id/repository/tree',
    parameters: ['path', 'ref', 'recursive', ...PAGING],
    signedIn: true,
    answer: listTree,
  },
  {
    method: 'GET',
    path: '/projects/:id/repository/files/:file_path',
    parameters: ['ref'],
    signedIn: true,
    answer: showFile,
  },
  {
    method: 'GET',
    path: '/projects/:id/repository/branches/:branch',
    parameters: [],
    signedIn: true,
    answer: showBranch,
  },
];

/** @see https://docs.gitlab.com/api/branches/#get-single-repository-branch */
function showBranch(call: Call): Answer {
  const project = projectOf(call);
  const level = projectAccess(call.engine.world, actorOf(call), project);
  if (level < REPORTER) throw forbidden();
  const { defaultBranch = 'main', protection } = project;
  if (call.part('branch') !== defaultBranch) throw notFound('Branch');
  return ok({
    name: defaultBranch,
    default: true,
    protected: protection !== undefined,
    developers_can_push: protection?.developersCanPush ?? false,
    developers_can_merge: protection?.developersCanMerge ?? false,
    can_push: level >= (protection?.developersCanPush === false ? MAINTAINER : DEVELOPER),
  });
}

function filesOf(call: Call): ReadonlyMap<string, string> {
  const project = projectOf(call);
  if (projectAccess(call.engine.world, actorOf(call), project) < REPORTER) throw forbidden();
  const ref = call.parameters.text('ref');
  if (ref !== undefined && ref !== 'HEAD' && ref !== (project.defaultBranch ?? 'main'))
    throw notFound('Commit');
  return project.files ?? new Map();
}

function listTree(call: Call): Answer {
  const folder = call.parameters.text('path') ?? '';
  const below = folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`;
  const inside = [...filesOf(call).keys()].filter((path) => path.startsWith(below));
  if (inside.length === 0) throw notFound('Tree');
  const all = inside.flatMap((path) => entriesOf(path, below));
  const recursive = call.parameters.boolean('recursive') === true;
  const entries = [...new Map(all.map((entry) => [entry.path, entry])).values()].filter(
    ({ path }) => recursive || !path.slice(below.length).includes('/'),
  );
  return paged(call, entries, (entry) => entry);
}

/** A file, and the folders it is in. */
function entriesOf(file: string, below: string): readonly TreeEntry[] {
  const parts = file.slice(below.length).split('/');
  return parts.map((name, index): TreeEntry => {
    const path = `${below}${parts.slice(0, index + 1).join('/')}`;
    const isFile = index === parts.length - 1;
    return {
      id: digest('sha1', path),
      name,
      type: isFile ? 'blob' : 'tree',
      path,
      mode: isFile ? '100644' : '040000',
    };
  });
}

interface TreeEntry {
  readonly id: string;
  readonly name: string;
  readonly type: 'blob' | 'tree';
  readonly path: string;
  readonly mode: string;
}

function showFile(call: Call): Answer {
  const path = call.part('file_path');
  const text = filesOf(call).get(path);
  if (text === undefined) throw notFound('File');
  return ok({
    file_name: path.split('/').at(-1),
    file_path: path,
    size: Buffer.byteLength(text),
    encoding: 'base64',
    content: Buffer.from(text).toString('base64'),
    content_sha256: digest('sha256', text),
    ref: call.parameters.text('ref'),
    blob_id: digest('sha1', text),
  });
}

function digest(algorithm: 'sha1' | 'sha256', text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}
