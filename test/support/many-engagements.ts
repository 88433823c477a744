/** Copies of a launched engagement, made in the sandbox's records: hundreds in a blink, each as if launched itself. */

import { NEWBORN, openRecord, recordLine, UNSEALED } from '#domain/record/line.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import { isDeal } from '#domain/sow/subject.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import type { EngagementWorld } from './engagement.ts';

/** More than any number the sandbox gives by itself. */
const FIRST_ID = 1_000_000;

/**
 * Adds engagements until there are `total`; the copies are `SOW-M1`, `SOW-M2` and so on.
 *
 * @param everyMs between the launches of two copies, the newest with the original. Default: all with the original
 */
export function multiply(
  world: Pick<EngagementWorld, 'sandbox' | 'sow' | 'epic'>,
  total: number,
  everyMs = 0,
): void {
  const data = world.sandbox.world;
  const original = world.sow.sow.number;
  const epic = world.epic();
  const issues = data.issues.filter(({ epicId }) => epicId === epic.id);
  const ids = new Set(issues.map(({ id }) => id));
  const links = data.links.filter(({ sourceId }) => ids.has(sourceId));
  const label = data.labels.find(({ name }) => name === original);
  if (label === undefined) throw new Error(`${original} is not launched`);
  for (let n = 1; n < total; n += 1) {
    const engagement = `SOW-M${n}`;
    const shift = FIRST_ID + n * 1_000;
    const labelId = shift;
    data.labels.push({ ...label, id: labelId, name: engagement });
    const earlier = (total - 1 - n) * everyMs;
    const copied = <T extends Epic | Issue>(item: T): T => ({
      ...item,
      id: item.id + shift,
      iid: item.iid + n * 100,
      createdAt: new Date(Date.parse(item.createdAt) - earlier).toISOString(),
      title: item.title.replaceAll(original, engagement),
      description: copiedText(item.description, { original, engagement, shift, iids: n * 100 }),
      labelIds: item.labelIds.map((id) => (id === label.id ? labelId : id)),
    });
    data.epics.push(copied(epic));
    for (const issue of issues)
      data.issues.push({ ...copied(issue), epicId: epic.id + shift, epicIssueId: null });
    for (const link of links)
      data.links.push({
        ...link,
        id: link.id + shift,
        sourceId: link.sourceId + shift,
        targetId: link.targetId + shift,
      });
  }
}

function copiedText(
  text: string,
  by: {
    readonly original: string;
    readonly engagement: string;
    readonly shift: number;
    readonly iids: number;
  },
): string {
  const opened = openRecord(text, { place: NEWBORN, key: by.original }, UNSEALED);
  return text
    .replace(/^<!-- procession:record .*$/m, () =>
      opened.kind === 'ok' ? recordLine(copiedRecord(opened.record, by), NEWBORN, UNSEALED) : '',
    )
    .replaceAll(/#(\d+) /g, (_, iid: string) => `#${Number(iid) + by.iids} `)
    .replaceAll(by.original, by.engagement);
}

function copiedRecord(
  record: EngagementRecord,
  { engagement, shift }: { readonly engagement: string; readonly shift: number },
): EngagementRecord {
  const ids = [...record.memory.issues].map(([step, id]) => [step, id + shift] as const);
  return {
    ...record,
    key: engagement,
    sow: numbered(record.sow, engagement),
    memory: { ...record.memory, issues: new Map(ids) },
  };
}

function numbered(subject: EngagementRecord['sow'], key: string): EngagementRecord['sow'] {
  return isDeal(subject)
    ? { ...subject, deal: { ...subject.deal, key } }
    : { ...subject, sow: { ...subject.sow, number: key } };
}
