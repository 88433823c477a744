/** Who is assigned and which date is set by this run; `null` leaves it. */
export interface PendingChange {
  readonly assignee: string | null;
  readonly dueDate: string | null;
}
