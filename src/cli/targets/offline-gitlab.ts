import { InvariantError } from '#domain/base/errors.ts';
import { PREMIUM } from '#domain/engagement/state.ts';
import type { GitLab } from '#ports/gitlab.ts';

/** Makes a GitLab with nothing in it, which cannot be written: for planning a launch without a connection. */
export function emptyGitLab(): GitLab {
  const refuse = async (): Promise<never> => {
    throw new InvariantError('The empty GitLab that plans are made against cannot be written.');
  };
  return {
    readCapabilities: async () => PREMIUM,
    readEngagement: async (engagement) => ({ engagement, epics: [], issues: [], capabilities: PREMIUM }),
    readAll: async () => [],
    readEpicIssues: async () => [],
    readNow: async () => [],
    findEpics: async () => [],
    readNotes: async () => [],
    readThreads: async () => [],
    readLinks: async () => [],
    readLabelEvents: async () => [],
    readLabels: async () => new Set(),
    readLabelIds: async () => new Map(),
    readLaunched: async () => [],
    whoAmI: async () => ({ id: 0, username: 'nobody', isBot: true }),
    readAccessLevel: async () => null,
    // Nobody can be asked: a plan without a connection takes everybody for a member.
    findMember: async (username) => ({ id: 0, username }),
    readPipeline: async () => null,
    createLabel: refuse,
    createEpic: refuse,
    createIssue: refuse,
    updateEpic: refuse,
    updateIssue: refuse,
    linkBlocks: refuse,
    unlinkBlocks: refuse,
    linkRelated: refuse,
    relateEpics: refuse,
    placeInEpic: refuse,
    createNote: refuse,
    updateNote: refuse,
    openThread: refuse,
    deleteNote: refuse,
    react: refuse,
    startPipeline: refuse,
  };
}
