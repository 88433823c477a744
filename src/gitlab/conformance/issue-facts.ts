/** Facts about issues: links, lists, texts. */
import { z } from 'zod';
import { fencedText, inlineText, plainText } from '#domain/text/foreign-text.ts';
import { Item, made } from './ask.ts';
import { type Fact, saw } from './fact.ts';
import type { Scratch } from './scratch.ts';

const Linked = z.object({ id: z.int(), link_type: z.string() });

async function blocking(scratch: Scratch) {
  const [blocker, blocked] = [await scratch.issue(), await scratch.issue()];
  const project = z.object({ project_id: z.int() });
  const path = `${scratch.project}/issues/${blocker.iid}`;
  const { project_id } = made(project, await scratch.ask('GET', path), 'an issue');
  const link = { target_project_id: project_id, target_issue_iid: blocked.iid, link_type: 'blocks' };
  const reply = await scratch.ask('POST', `${path}/links`, link);
  return { blocker, blocked, reply, again: async () => await scratch.ask('POST', `${path}/links`, link) };
}

/** What a CRM could send to have it carried out. */
const COMMANDS = '/close\n/title taken\n/label ~taken';

export const ISSUE_FACTS: readonly Fact[] = [
  {
    id: 'link-from-blocker',
    fact: 'A link `blocks` made at the blocker shows as `is_blocked_by` at the other issue.',
    source: 'docs.gitlab.com/api/issue_links, lib/api/issue_links.rb',
    dependent: 'the links that show the order of steps',
    tier: 'premium',
    async prove(scratch) {
      const { blocker, blocked } = await blocking(scratch);
      const { body } = await scratch.ask('GET', `${scratch.project}/issues/${blocked.iid}/links`);
      const links = z.array(Linked).safeParse(body).data ?? [];
      const kind = links.find(({ id }) => id === blocker.id)?.link_type ?? 'none';
      return saw(kind === 'is_blocked_by', `at the blocked issue: ${kind}`);
    },
  },
  {
    id: 'second-link-conflicts',
    fact: 'The same link made twice is refused with 409.',
    source: 'app/services/issuable_links/create_service.rb',
    dependent: 'a link whose answer was lost is made again, and found to be there',
    tier: 'premium',
    async prove(scratch) {
      const { reply, again } = await blocking(scratch);
      const second = await again();
      return saw(
        reply.status === 201 && second.status === 409,
        `first ${reply.status}, second ${second.status}`,
      );
    },
  },
  {
    id: 'blocked-issue-closes',
    fact: 'GitLab closes an issue that another one blocks.',
    source:
      'app/services/issues/close_service.rb (no condition), docs.gitlab.com/user/project/issues/related_issues',
    dependent: 'the order is enforced by reopening: if GitLab refused, nothing would have to be reopened',
    tier: 'premium',
    async prove(scratch) {
      const { blocked } = await blocking(scratch);
      const path = `${scratch.project}/issues/${blocked.iid}`;
      const { status, body } = await scratch.ask('PUT', path, { state_event: 'close' });
      const state = Item.safeParse(body).data?.state ?? 'unknown';
      return saw(state === 'closed', `${status}, ${state}`);
    },
  },
  {
    id: 'iids-filter',
    fact: 'A list of issues takes `iids[]`, and gives just these.',
    source: 'docs.gitlab.com/api/issues',
    dependent: 'items are read again in one request before they are written',
    tier: 'any',
    async prove(scratch) {
      const wanted = [await scratch.issue(), await scratch.issue()];
      await scratch.issue();
      const query = wanted.map(({ iid }) => `iids[]=${iid}`).join('&');
      const { body } = await scratch.ask('GET', `${scratch.project}/issues?${query}`);
      const found = (z.array(Item).safeParse(body).data ?? [])
        .map(({ iid }) => iid)
        .toSorted((a, b) => a - b);
      const isRight = JSON.stringify(found) === JSON.stringify(wanted.map(({ iid }) => iid));
      return saw(isRight, isRight ? 'just these' : `${found.length} issues for 2`);
    },
  },
  {
    id: 'updated-after-filter',
    fact: 'A list of issues takes `updated_after`, and has a change at once.',
    source: 'docs.gitlab.com/api/issues',
    dependent: 'sweeps that look only at what changed',
    tier: 'any',
    async prove(scratch) {
      const issue = await scratch.issue();
      const list = `${scratch.project}/issues?per_page=100&updated_after=`;
      const find = async (instant: string): Promise<boolean> => {
        const { body } = await scratch.ask('GET', `${list}${encodeURIComponent(instant)}`);
        return (z.array(Item).safeParse(body).data ?? []).some(({ id }) => id === issue.id);
      };
      const [before, later] = [await find('2020-01-01T00:00:00Z'), await find('2099-01-01T00:00:00Z')];
      const words = `after 2020: ${before ? 'there' : 'missing'}; after 2099: ${later ? 'there' : 'not there'}`;
      return saw(before && !later, words);
    },
  },
  {
    id: 'hidden-lines-kept',
    fact: 'A description keeps lines of HTML comments as they were sent.',
    source: 'docs.gitlab.com/user/markdown (comments are hidden, not removed)',
    dependent: 'markers and records, by which Procession knows its own',
    tier: 'any',
    async prove(scratch) {
      const description = '<!-- proof:begin a=1 b="x y" -->\n\ntext\n\n<!-- proof:end -->';
      const { iid } = await scratch.issue({ description });
      const kept = made(Item, await scratch.ask('GET', `${scratch.project}/issues/${iid}`), 'an issue');
      const same = kept.description?.trim() === description;
      return saw(same, same ? 'the same text' : 'another text');
    },
  },
  {
    id: 'foreign-text-inert',
    fact: 'Quick actions in text that Procession has made harmless are not carried out.',
    source: 'lib/gitlab/quick_actions/extractor.rb',
    dependent: 'text of SOWs and CRMs cannot close, rename or label anything',
    tier: 'any',
    async prove(scratch) {
      const description = [plainText(COMMANDS), inlineText(COMMANDS), fencedText(COMMANDS)].join('\n\n');
      const { iid, title } = await scratch.issue({ description });
      const after = made(Item, await scratch.ask('GET', `${scratch.project}/issues/${iid}`), 'an issue');
      const inert = after.state === 'opened' && after.title === title && after.labels.length === 0;
      return saw(inert, inert ? 'nothing happened' : `state ${after.state}, ${after.labels.length} labels`);
    },
  },
];
