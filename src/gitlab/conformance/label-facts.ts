/** Facts about labels and their events, silent refusals and limits. */
import { z } from 'zod';
import { Item, made, NotTried } from './ask.ts';
import { type Fact, saw } from './fact.ts';

const LabelEvent = z.object({
  action: z.string(),
  user: z.object({ id: z.int() }),
  label: z.object({ id: z.int(), name: z.string() }).nullable(),
});

export const LABEL_FACTS: readonly Fact[] = [
  {
    id: 'scoped-labels-exclude',
    fact: 'Of one scope an issue carries one label: a new one takes the old one off.',
    source:
      'ee/app/services/ee/issuable/callbacks/labels.rb, docs.gitlab.com/user/project/labels#scoped-labels',
    dependent: 'one `workflow::` label shows where a step stands',
    tier: 'premium',
    async prove(scratch) {
      const scope = scratch.name();
      const [first, second] = [await scratch.label(`${scope}::a`), await scratch.label(`${scope}::b`)];
      const { iid } = await scratch.issue({ labels: first.name });
      const path = `${scratch.project}/issues/${iid}`;
      const { labels } = made(Item, await scratch.ask('PUT', path, { add_labels: second.name }), 'an issue');
      return saw(labels.length === 1 && labels[0] === second.name, `${labels.length} of the scope`);
    },
  },
  {
    id: 'unknown-label-made',
    fact: 'An unknown name of a label makes a label of the project, without a word.',
    source: 'docs.gitlab.com/api/issues (`labels`)',
    dependent: 'labels of the group are made before anything carries them',
    tier: 'any',
    async prove(scratch) {
      const name = scratch.name();
      const { iid } = await scratch.issue();
      const path = `${scratch.project}/issues/${iid}`;
      const { labels } = made(Item, await scratch.ask('PUT', path, { add_labels: name }), 'an issue');
      const isMade = labels.includes(name);
      if (isMade) scratch.strayLabel(name);
      return saw(isMade, isMade ? 'made' : 'left out');
    },
  },
  {
    id: 'label-events-by-id',
    fact: "A label event names who and which label by id, and shows the label's name of today.",
    source: 'lib/api/entities/resource_label_event.rb, app/models/resource_label_event.rb',
    dependent: 'an approval by label is proven by id: renaming a label forges none',
    tier: 'any',
    async prove(scratch) {
      const label = await scratch.label(scratch.name());
      const { iid } = await scratch.issue({ labels: label.name });
      const renamed = scratch.name();
      await scratch.ask('PUT', `${scratch.group}/labels/${label.id}`, { new_name: renamed });
      const { body } = await scratch.ask('GET', `${scratch.project}/issues/${iid}/resource_label_events`);
      const events = z.array(LabelEvent).safeParse(body).data ?? [];
      const event = events.find((one) => one.label?.id === label.id);
      const words =
        event === undefined ? 'no event of that id' : event.label?.name === renamed ? 'of today' : 'of then';
      return saw(words === 'of today', `name ${words}`);
    },
  },
  {
    id: 'silent-refusal',
    fact: 'Labels that the author of an issue may not set as a Guest are dropped, and the answer is a success.',
    source: 'app/policies/issue_policy.rb, app/services/issuable_base_service.rb (`filter_params`)',
    dependent: 'the answer of every write is checked, not assumed',
    tier: 'any',
    async prove(scratch) {
      if (scratch.guest === null)
        throw new NotTried('set GITLAB_GUEST_TOKEN to a token of a member with the Guest role');
      const label = await scratch.label(scratch.name());
      const path = `${scratch.project}/issues`;
      const issue = made(
        Item,
        await scratch.guest('POST', path, { title: scratch.name() }),
        "a Guest's issue",
      );
      scratch.strayIssue(issue.iid);
      const reply = await scratch.guest('PUT', `${path}/${issue.iid}`, {
        add_labels: label.name,
        title: issue.title,
      });
      const labels = Item.safeParse(reply.body).data?.labels.length ?? 0;
      return saw(reply.status === 200 && labels === 0, `${reply.status}, ${labels} labels`);
    },
  },
  {
    id: 'limits-are-told',
    fact: 'Where requests are limited, answers say how many are left.',
    source: 'docs.gitlab.com/administration/settings/user_and_ip_rate_limits (response headers)',
    dependent: 'metrics that warn before GitLab refuses',
    tier: 'any',
    prove: async ({ headers }) => {
      const limited = headers.filter((one) => one['ratelimit-limit'] !== undefined);
      const told = limited.filter((one) => /^\d+$/.test(one['ratelimit-remaining'] ?? ''));
      if (limited.length === 0) return await Promise.resolve(saw(true, 'no limit is named'));
      return saw(told.length === limited.length, told.length === limited.length ? 'told' : 'not told');
    },
  },
];
