/** What a pipeline needs of the merge requests of its own project. */
export interface MergeRequests {
  /**
   * Writes the one note of a rule on a merge request: made, edited in place, or left alone when it already says so. It is
   * found again by the hidden last line of `body` (`encodeNoteMarker`), among our own notes only.
   *
   * @throws GitLabUnavailableError, GitLabRateLimitedError, GitLabRefusedError, GitLabConflictError, UnexpectedResponseError
   */
  ensureNote(
    mergeRequestIid: number,
    rule: string,
    body: string,
  ): Promise<'created' | 'updated' | 'unchanged'>;
  /**
   * The note of a rule; `null` when there is none. Notes of others with the same hidden line do not count.
   *
   * @param reviewer username of who writes it; `null`: the token's own user
   */
  readNote(mergeRequestIid: number, rule: string, reviewer: string | null): Promise<string | null>;
  /** Username of the token's user. */
  whoAmI(): Promise<string>;
  /** The merge request that this commit merged: its merge commit, its squash commit, or its head. `null`: none. */
  mergedBy(commit: string): Promise<number | null>;
}
