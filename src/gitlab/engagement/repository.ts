/** The repository of the project of the issues, as its default branch has it. */
import { Repositories, RepositoryFiles } from '@gitbeaker/rest';
import { z } from 'zod';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { type ConnectionOptions, resourceSettings } from '#gitlab/http/connection.ts';
import { orNull } from '#gitlab/http/look-before-repeat.ts';

/** GitLab takes it for the default branch. @see https://docs.gitlab.com/api/repository_files/ */
const DEFAULT_BRANCH = 'HEAD';
const PER_PAGE = 100;
/** Twenty processes with versions and cases. */
const MOST_PAGES = 50;

const Entries = z.array(z.object({ type: z.string(), path: z.string() }));
const File = z.object({ encoding: z.literal('base64'), content: z.string() });

/** gitbeaker's types know only one of GitLab's two ways to ask for pages. */
type TreeOptions = Parameters<Repositories['allRepositoryTrees']>[1];

/** Files of a repository. */
export interface Repository {
  /** Reads a file; `null` when there is none. */
  read(path: string): Promise<string | null>;
  /** Paths of all files below a folder; none when there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
}

/**
 * Opens the repository of the project of the issues. Makes no request.
 *
 * The token needs the scope `read_api`, its user the role Reporter in a private project.
 *
 * @see https://docs.gitlab.com/api/repositories/#list-repository-tree
 */
export function openRepository(options: ConnectionOptions): Repository {
  const resource = resourceSettings(options);
  const files = new RepositoryFiles(resource);
  const repositories = new Repositories(resource);
  const { project } = options;
  return {
    async read(path) {
      const found = await orNull(files.show(project, path, DEFAULT_BRANCH));
      if (found === null) return null;
      const { content } = parseAnswer(File, found, `GET /projects/${project}/repository/files/${path}`);
      return Buffer.from(content, 'base64').toString();
    },
    async list(folder) {
      const paths: string[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const asked = { path: folder, recursive: true, page, perPage: PER_PAGE };
        const answer = await orNull(repositories.allRepositoryTrees(project, asked as TreeOptions));
        if (answer === null) return paths;
        const entries = parseAnswer(Entries, answer, `GET /projects/${project}/repository/tree`);
        paths.push(...entries.flatMap(({ type, path }) => (type === 'blob' ? [path] : [])));
        if (entries.length < PER_PAGE) return paths;
      }
      return paths;
    },
  };
}
