/** What a migration means for one engagement: what people review, and what a plan is compared by when it is carried out. */
import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import { canonicalJson, checksum } from '#domain/base/record-line.ts';

/**
 * One consequence. The same before a migration, in the middle of one that was interrupted and before it is repeated:
 * what has been carried out already does not make another.
 */
export type Effect =
  /**
   * The engagement is about something else, under another key. `subject`: checksum of that. `title`: whether that of the
   * epic follows. `hidden`: everything of it becomes confidential.
   */
  | {
      readonly kind: 'rekeyed';
      readonly was: EngagementKey;
      readonly is: EngagementKey;
      readonly subject: string;
      readonly title: 'follows' | 'stays';
      readonly hidden: boolean;
    }
  /** The same issue under another name. `title`: whether that of the issue follows; people's own stays. */
  | {
      readonly kind: 'renamed';
      readonly step: StepKey;
      readonly was: StepKey;
      readonly title: 'follows' | 'stays' | 'same';
    }
  /** The same step, whose issue is titled anew. */
  | { readonly kind: 'retitled'; readonly step: StepKey }
  | { readonly kind: 'asked'; readonly step: StepKey }
  | { readonly kind: 'too-late'; readonly step: StepKey; readonly because: StepKey }
  /** `closed`: its open issue is closed; one that is closed already stays as it is. */
  | {
      readonly kind: 'retired';
      readonly step: StepKey;
      readonly title: string;
      readonly closed: boolean;
      readonly why: string;
    }
  /** Back from an earlier migration. `reopened`: that one had closed its issue. */
  | { readonly kind: 'restored'; readonly step: StepKey; readonly reopened: boolean }
  /** A kept section with other words. `step`: `null` for the epic. `theirs`: people have written in it, and it stays. */
  | {
      readonly kind: 'reworded';
      readonly step: StepKey | null;
      readonly section: string;
      readonly from: string;
      readonly to: string;
      readonly theirs: boolean;
    }
  /** The process or its steps are named otherwise, in the lines that Procession keeps up to date. */
  | { readonly kind: 'names' };

/** Effects that people are told of: titles that follow with the key of the engagement are no news of their own. */
export function toldEffects(effects: readonly Effect[]): readonly Effect[] {
  const isRekeyed = effects.some(({ kind }) => kind === 'rekeyed');
  return effects.filter(({ kind }) => !isRekeyed || kind !== 'retitled');
}

/** Digest of a migration of one engagement: another one as soon as it would mean something else. */
export function effectsDigest(migration: {
  readonly engagement: string;
  readonly from: { readonly version: number; readonly rules: string | null };
  /** `texts`: where these are what is migrated to. */
  readonly to: { readonly version: number; readonly rules: string | null; readonly texts?: string };
  readonly effects: readonly Effect[];
}): string {
  const { engagement, from, to, effects } = migration;
  const texts = effects.map((effect) => canonicalJson(effect)).toSorted();
  return checksum(canonicalJson({ engagement, from, to, effects: texts }));
}

/** One effect in a line. @param titleOf title of a step in the version to come */
export function effectText(effect: Effect, titleOf: (step: StepKey) => string): string {
  switch (effect.kind) {
    case 'rekeyed':
      return `${effect.was} is ${effect.is}: labels, our lines and titles that nobody changed follow${effect.title === 'stays' ? ' (people have changed the title of the epic, which stays)' : ''}${effect.hidden ? ', all of it becomes confidential' : ''}; ${effect.was} is free for its delivery`;
    case 'renamed':
      return `${effect.was} is ${effect.step}${effect.title === 'stays' ? ' (people have changed the title, which stays)' : ''}`;
    case 'retitled':
      return `${titleOf(effect.step)}: the title of the issue follows`;
    case 'asked':
      return `${titleOf(effect.step)}: new, asked for`;
    case 'too-late':
      return `${titleOf(effect.step)}: not asked for, because ${titleOf(effect.because)} is done`;
    case 'retired':
      return `${effect.title}: ${effect.closed ? 'closed as retired' : 'retired, its issue is closed already'}`;
    case 'restored':
      return `${titleOf(effect.step)}: asked for again${effect.reopened ? ', its issue is opened again' : ''}`;
    case 'reworded':
      return `${effect.step === null ? 'The epic' : titleOf(effect.step)}, section ${effect.section}: ${effect.theirs ? 'people have written in it, and it stays' : 'worded anew'}`;
    case 'names':
      return 'Our lines in open issues and in the epic: names of the process or of steps follow';
  }
}

/** Effects as one phrase by which engagements are grouped; `nothing` where only the version changes. @example `+ Design review, intake-aws is intake-cloud` */
export function groupText(effects: readonly Effect[], titleOf: (step: StepKey) => string): string {
  const parts = effects.flatMap((effect): string[] => {
    switch (effect.kind) {
      case 'rekeyed':
        return ['the key of its deal'];
      case 'asked':
        return [`+ ${titleOf(effect.step)}`];
      case 'restored':
        return effect.reopened ? [`+ ${titleOf(effect.step)}`] : [];
      case 'retired':
        return effect.closed ? [`− ${effect.title}`] : [];
      case 'renamed':
        return [`${effect.was} is ${effect.step}`];
      case 'reworded':
        return effect.theirs
          ? []
          : [`${effect.step === null ? 'epic' : titleOf(effect.step)}: ${effect.section}`];
      case 'names':
        return ['names in our lines'];
      case 'retitled':
      case 'too-late':
        return [];
    }
  });
  const unique = [...new Set(parts)].toSorted((one, other) => rank(one) - rank(other));
  return unique.length === 0 ? 'nothing' : unique.join(', ');
}

function rank(part: string): number {
  return part.startsWith('+') ? 0 : part.startsWith('−') ? 1 : 2;
}
