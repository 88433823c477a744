import { counted } from '#domain/base/sentence.ts';
import { fileNamed } from '#domain/sow/sow-file.ts';
import { isDeal } from '#domain/sow/subject.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { isGivenUp } from './assess-elsewhere.ts';
import { type StageNews, stageNews } from './stage-news.ts';
import type { Assessment, StepStatus } from './step-status.ts';
import { takenFix, takenText } from './taken.ts';

/** News about a deal, in sentences without a full stop at the end of the last. */
export type DealNews = StageNews;

type NameOf = (status: StepStatus) => string;

/**
 * Everything that people should know about a deal beside its steps: of its stage, of its hand-over, of its deliveries.
 * All of it goes by itself when it is put right. Empty for a SOW, and for a deal that is over.
 *
 * @param nameOf how a step is called
 */
export function dealNews(
  assessment: Assessment,
  nameOf: NameOf = ({ step }) => step.title,
): readonly DealNews[] {
  const { sow, closed, withdrawn } = assessment;
  if (!isDeal(sow) || closed || withdrawn) return [];
  return [
    ...stageNews(assessment, nameOf),
    ...takenNews(assessment),
    ...missingNews(assessment),
    ...handOverNews(assessment, nameOf),
    ...withdrawnNews(assessment, nameOf),
  ];
}

/**
 * The question whether an engagement is given up, as long as nobody has answered; of a deal or a SOW.
 *
 * @param who who is to answer
 */
export function endingNews({ ending }: Pick<Assessment, 'ending'>, who = 'the manager'): readonly DealNews[] {
  return ending === undefined
    ? []
    : [
        {
          head: 'Given up or not',
          text: `${inlineText(ending)}. A comment on the epic asks, and waits for the answer of ${who}`,
          fix: 'Answer with `/ps apply`, or `/ps apply no <reason>`',
        },
      ];
}

/** The hand-over, where it is due and does not happen. */
function handOverNews({ process, handOver, steps }: Assessment, nameOf: NameOf): readonly DealNews[] {
  const named = (wanted: string | undefined): string => {
    const status = steps.find(({ key }) => key === wanted);
    return status === undefined ? '' : nameOf(status);
  };
  switch (handOver.kind) {
    case 'waits': {
      const { stage, open } = handOver;
      const awaited = [
        ...(stage === null
          ? []
          : [`the deal is won where it is kept (closed_won; it is in the stage ${stage})`]),
        ...open.map((step) => `${named(step)} is done, which tells the delivery what it begins with`),
      ];
      return [
        {
          head: 'Signed, not handed over',
          text: `the delivery is launched when ${awaited.join(', and ')}`,
          fix:
            open.length === 0
              ? null
              : 'What nobody will write can be done without: `/ps skip <reason>` on its issue',
        },
      ];
    }
    case 'incomplete': {
      const { problems } = handOver;
      const fields = problems.map(({ path }) => path).join(', ');
      return [
        {
          head: 'The hand-over is stuck',
          text: `the deal is signed, and its delivery cannot be launched: ${counted(problems.length, 'problem')} (${fields}). A comment on ${named(process.handsOver?.after)} lists ${problems.length === 1 ? 'it' : 'them'}`,
          fix: 'Put right what it lists',
        },
      ];
    }
    case 'renamed': {
      const before = handOver.from.map(({ key }) => key).join(' and ');
      return [
        {
          head: 'The SOW has another number',
          text: `the deal names ${handOver.to}, and its delivery is ${before}. Nothing is launched or let go of by itself; a comment on the epic asks`,
          fix: 'Answer it with `/ps apply`, or put the number back',
        },
      ];
    }
    case 'not-yet':
    case 'ready':
    case 'done':
      return [];
  }
}

function takenNews({ taken }: Pick<Assessment, 'taken'>): readonly DealNews[] {
  return taken.map((one) => ({
    head: 'The number of another SOW',
    text: `the deal names ${one.key}, and ${takenText(one)}. It is not joined, and nothing is launched for it`,
    fix: takenFix(one, 'Correct the number in the step that names it, or where the deal is kept'),
  }));
}

/** Other SOWs of a deal whose delivery is there: a hand-over launches the first, and nobody the others by itself. */
function missingNews({ named, chain, taken, handOver }: Assessment): readonly DealNews[] {
  if (handOver.kind !== 'done') return [];
  const known = [...chain, ...taken].map(({ key }) => key);
  return named
    .filter((key) => !known.includes(key))
    .map((key) => ({
      head: 'A SOW without an engagement',
      text: `the deal names ${key}, too, and nothing runs under that number. A hand-over launches the first SOW alone: ${key} is launched by its own file (\`procession apply ${fileNamed(key)}\`) or by its event of the CRM, and the deal is not done before it`,
      fix: 'Launch it, or take the number out of `sow.others`',
    }));
}

/** Deliveries that were given up: what the deal waits for does not come from them. */
function withdrawnNews({ chain, steps }: Assessment, nameOf: NameOf): readonly DealNews[] {
  const over = chain.filter(isGivenUp);
  if (over.length === 0) return [];
  const names = over.map(({ key }) => key).join(' and ');
  const open = steps.filter(
    ({ elsewhere, done }) =>
      !done && elsewhere !== null && elsewhere.every(({ state }) => state === 'withdrawn'),
  );
  if (over.length < chain.length)
    return [
      { head: 'A delivery was withdrawn', text: `${names}. The deal goes on with the others`, fix: null },
    ];
  return [
    {
      head: 'The delivery was withdrawn',
      text: `${names}. The deal stays open: ${open.map(nameOf).join(' and ')} will not come from there`,
      fix: `Decide as manager: ${open.map(({ key }) => `\`/ps skip ${key} <reason>\``).join(', ')} ends the deal without, \`/ps withdraw <reason>\` gives the deal up, another number in \`sow\` names another delivery`,
    },
  ];
}
