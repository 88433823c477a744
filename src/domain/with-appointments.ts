import type { Assessment } from './assess.ts';
import type { Appointment } from './rulings.ts';

/** The assessment with roles that a finished step has just given to somebody. */
export function withAppointments(assessment: Assessment, appointed: readonly Appointment[]): Assessment {
  if (appointed.length === 0) return assessment;
  const { rulings } = assessment;
  return { ...assessment, rulings: { ...rulings, appointments: [...rulings.appointments, ...appointed] } };
}
