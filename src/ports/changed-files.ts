/** A file of the working folder that is not as it was at some commit. */
export interface ChangedFile {
  /** Relative to the folder that was asked about. */
  readonly path: string;
  /** `false` for a file that was deleted. */
  readonly exists: boolean;
}
