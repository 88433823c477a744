/** The stage of a deal, in whatever spelling a CRM has for it. */
import { z } from 'zod';
import { closest, orQuestion } from '#domain/base/closest.ts';
import { type InputProblem, shown, warning } from '#domain/base/input-problem.ts';
import { lettersOf } from './stage.ts';

/** Stages of a deal that is alive, in their order. */
const OPEN_STAGES = ['discovery', 'scoping', 'proposal', 'negotiating', 'signature'] as const;
/** The way of a deal that is won, stage by stage. */
export const REACHABLE_STAGES = [...OPEN_STAGES, 'closed_won'] as const;
/** Stages of a deal in our words: those of the way to the signature in their order, then the ends. */
export const DEAL_STAGES = [...OPEN_STAGES, 'closed_won', 'lost', 'stale'] as const;
export type DealStage = (typeof DEAL_STAGES)[number];

/** What is remembered of the stages of a deal beside the one that it is in. */
export const StageMemory = z.object({
  /** The furthest on the way to the signature, where that is further than the one it is in. */
  furthest: z.enum(REACHABLE_STAGES).optional(),
  /** What a source has said last, where that is no stage of ours. */
  unknown: z.string().optional(),
});
export type StageMemory = Readonly<z.infer<typeof StageMemory>>;

/** Names of stages in a CRM → ours. */
export type StageMap = Readonly<Record<string, string>>;

/** Stages by their letters, as Salesforce at GitLab and HubSpot name them out of the box, and our own words. */
const KNOWN: ReadonlyMap<string, DealStage> = new Map([
  ...DEAL_STAGES.map((stage) => [lettersOf(stage), stage] as const),
  ['technicalevaluation', 'scoping'],
  ['appointmentscheduled', 'discovery'],
  ['qualifiedtobuy', 'scoping'],
  ['presentationscheduled', 'scoping'],
  ['decisionmakerboughtin', 'proposal'],
  ['contractsent', 'signature'],
  ['awaitingsignature', 'signature'],
  ['won', 'closed_won'],
  ['wonclosed', 'closed_won'],
  ['closedlost', 'lost'],
  ['lostclosed', 'lost'],
  ['unqualified', 'lost'],
  ['duplicate', 'lost'],
]);

/** Whether a stage is one of our words. */
export function isDealStage(text: string): text is DealStage {
  return (DEAL_STAGES as readonly string[]).includes(text);
}

/**
 * A stage in our words; one that is none of them as it is.
 *
 * @param stages what the settings say about a CRM's own names: they come first
 * @example dealStageOf('3-Technical Evaluation') // scoping
 */
export function dealStageOf(text: string, stages: StageMap = {}): string {
  const letters = lettersOf(text);
  const own =
    (Object.hasOwn(stages, text) ? stages[text] : undefined) ??
    Object.entries(stages).find(([name]) => lettersOf(name) === letters && letters !== '')?.[1];
  return own ?? KNOWN.get(letters) ?? text;
}

/** What is to be said of a stage that is none of our words; `null`: it is one. */
export function dealStageWarning(stage: string): InputProblem | null {
  if (isDealStage(stage)) return null;
  const meant = closest(lettersOf(stage), DEAL_STAGES);
  return warning(
    { at: ['deal', 'stage'] },
    `${shown(stage)} is no stage of ours, and changes nothing`,
    `${meant.length === 0 ? '' : `${orQuestion(meant)} `}Say what it means in procession.yml (crm.<name>.stages); ours are ${DEAL_STAGES.join(', ')}.`,
  );
}

/** Whether one stage is as far as another on the way to the signature, or won. What is lost or stale is nowhere on it. */
export function hasReached(stage: string, wanted: DealStage): boolean {
  const way: readonly string[] = REACHABLE_STAGES;
  const [at, limit] = [way.indexOf(stage), way.indexOf(wanted)];
  return at >= 0 && limit >= 0 && at >= limit;
}

/**
 * What is remembered after a source has spoken; `null`: nothing beside the stage itself.
 *
 * @param before the stage of the deal, and what was remembered, until then
 * @param said what the source said, in our words where it is one of them
 */
export function stageAfter(
  before: { readonly stage: string; readonly memory: StageMemory | undefined },
  { stage, said }: { readonly stage: string; readonly said: string },
): StageMemory | null {
  const was = before.memory?.furthest ?? REACHABLE_STAGES.find((one) => one === before.stage);
  const furthest = was === undefined || hasReached(stage, was) ? undefined : was;
  const unknown = isDealStage(said) ? undefined : said;
  if (furthest === undefined && unknown === undefined) return null;
  return { ...(furthest === undefined ? {} : { furthest }), ...(unknown === undefined ? {} : { unknown }) };
}
