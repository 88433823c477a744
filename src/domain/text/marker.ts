/**
 * The ownership line of Procession in a description, and the signature of its comments. Everything here
 * reads text that people may have edited, so reading is tolerant and writing is exact.
 */
import { type EngagementKey, isEngagementKey, isStepKey, type StepKey, stepIdOf } from '#domain/base/keys.ts';
import { type Line, lineAt } from '#domain/markdown/split-lines.ts';
import { textLines } from '#domain/markdown/text-lines.ts';

/** Says which engagement, process and step an epic or issue belongs to. `step` is `null` exactly for epics. */
export interface Marker {
  readonly kind: 'epic' | 'step';
  readonly engagement: EngagementKey;
  /** Id of the process, `delivery`. */
  readonly process: string;
  /** The profile the engagement was launched with, `null` for the plain process. */
  readonly profile: string | null;
  readonly step: StepKey | null;
}

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MARKER_LINE =
  /^[ \t]*<!--[ \t]*procession:(epic|step)[ \t]+v1[ \t]+([^\s<>]+)[ \t]+([^\s<>]+)(?:[ \t]+(?!profile=)([^\s<>]+))?(?:[ \t]+profile=([^\s<>]+))?[ \t]*-->[ \t]*$/;
const NOTE_MARKER_LINE =
  /^[ \t]*<!--[ \t]*procession:note[ \t]+([a-z0-9][a-z0-9:./_-]{0,199})[ \t]*-->[ \t]*$/;

/**
 * One HTML comment line, invisible in GitLab:
 * `<!-- procession:step v1 SOW-1042 delivery kick-off -->`, `<!-- procession:epic v1 SOW-1042 delivery profile=strict -->`.
 *
 * @throws {TypeError} when a part could not be read back (for example a step with a space): a bug of ours.
 */
export function encodeMarker(marker: Marker): string {
  const step = marker.step === null ? '' : ` ${marker.step}`;
  const profile = marker.profile === null ? '' : ` profile=${marker.profile}`;
  const line = `<!-- procession:${marker.kind} v1 ${marker.engagement} ${marker.process}${step}${profile} -->`;
  if (parseMarkerLine(line) === null) throw new TypeError(`not a marker that can be read back: ${line}`);
  return line;
}

/**
 * The first marker of a description, `null` when there is none. A marker is a whole line outside code fences;
 * surrounding blanks and CRLF do not matter. A version other than `v1` is no marker to this release.
 */
export function parseMarker(description: string): Marker | null {
  return findMarker(description)?.marker ?? null;
}

/** Finds the line of the first marker, as {@link parseMarker} does. */
export function findMarker(description: string): { readonly marker: Marker; readonly line: Line } | null {
  // Hundreds of descriptions are asked for their marker alone, and nearly all begin with it.
  const fence = description.search(FENCE);
  let from = 0;
  for (;;) {
    const at = description.indexOf(OURS, from);
    if (at === -1) return null;
    if (fence !== -1 && fence < at) return findBehindFence(description);
    const before = description.slice(from, at);
    const start = from + Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
    const line = lineAt(description, start);
    const marker = parseMarkerLine(line.text);
    if (marker !== null) return { marker, line };
    from = line.end;
  }
}

const OURS = 'procession:';
const FENCE = /`{3}|~{3}/;

/** Where a fence stands before what may be a marker. */
function findBehindFence(description: string): ReturnType<typeof findMarker> {
  for (const line of textLines(description)) {
    const marker = line.fenced ? null : parseMarkerLine(line.text);
    if (marker !== null) return { marker, line };
  }
  return null;
}

/** Reads one line, without its line break, as a marker. */
export function parseMarkerLine(line: string): Marker | null {
  const match = MARKER_LINE.exec(line);
  if (match === null) return null;
  const [, kind, engagement = '', process = '', step = null, profile = null] = match;
  if (!isEngagementKey(engagement) || !ID.test(process)) return null;
  if (profile !== null && !ID.test(profile)) return null;
  if (kind === 'epic') return step === null ? { kind, engagement, process, profile, step: null } : null;
  return step !== null && isStepKey(step) && ID.test(stepIdOf(step))
    ? { kind: 'step', engagement, process, profile, step }
    : null;
}

/**
 * The last line of our comments, by which we find them again instead of repeating them:
 * `<!-- procession:note reopened:kick-off -->`.
 *
 * @param rule - lower-case letters, digits and `: . / _ -`, at most 200.
 * @throws {TypeError} when the rule could not be read back.
 */
export function encodeNoteMarker(rule: string): string {
  const line = `<!-- procession:note ${rule} -->`;
  if (!NOTE_MARKER_LINE.test(line))
    throw new TypeError(`not a rule that can be read back from a note: ${rule}`);
  return line;
}

/** The rule in the last non-empty line of a comment, `null` when that line is not our note marker. */
export function parseNoteMarker(body: string): string | null {
  if (!body.includes('procession:note')) return null;
  const lines = textLines(body).filter((line) => line.text.trim() !== '');
  const last = lines.at(-1);
  if (last === undefined || last.fenced) return null;
  return NOTE_MARKER_LINE.exec(last.text)?.[1] ?? null;
}
