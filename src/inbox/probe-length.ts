/** Length of the text by which a store is tried: that of a large SOW, more than the events of GitLab that are kept. */
export const PROBE_LENGTH = 16_384;
