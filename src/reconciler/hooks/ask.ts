/** Asks GitLab in the course of one check of the webhooks: what failed is told at the end, and ends the check where it must. */
import { AppError } from '#domain/base/errors.ts';
import { roomForCalls } from '#domain/setup/resends.ts';
import type { Clock } from '#ports/clock.ts';
import type { CallOutcome } from '#ports/hooks.ts';
import type { HookMemory } from './hook-memory.ts';

/** Course of a check so far. */
export interface Course {
  /** What GitLab said last that was not a success. */
  readonly lastError: string | null;
  /** GitLab wants no more calls, or is not reachable. */
  readonly isOver: boolean;
}

/** Value that came of asking GitLab, and the course of the check with it. */
export interface Step<T> {
  readonly value: T;
  readonly course: Course;
}

/** Nothing was asked yet. */
export const BEGIN: Course = { lastError: null, isOver: false };

/** Says whether a test or a resend may be asked for. */
export function mayCall(
  { memory, nowMs }: { readonly memory: HookMemory; readonly nowMs: number },
  { isOver }: Course,
): boolean {
  return !isOver && roomForCalls(memory.calls, nowMs) > 0;
}

/** Asks for a test or a resend, and counts the call, because GitLab counts it whatever comes of it. */
export async function call(
  { memory, clock }: { readonly memory: HookMemory; readonly clock: Clock },
  before: Course,
  send: () => Promise<CallOutcome>,
): Promise<Step<CallOutcome | null>> {
  memory.calls.push(Date.parse(clock.now()));
  const { value, course } = await ask(before, send);
  if (value === null || value.kind === 'delivered') return { value, course };
  return { value, course: { lastError: value.reason, isOver: course.isOver || value.kind === 'limited' } };
}

/** Asks GitLab: the answer, or `null` and the reason in the course. @throws what is a mistake of ours */
export async function ask<T>(before: Course, question: () => Promise<T>): Promise<Step<T | null>> {
  try {
    return { value: await question(), course: before };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const isOver = before.isOver || error.disposition === 'retry';
    return { value: null, course: { lastError: error.message, isOver } };
  }
}
