/** The models that look at the order of a person's events: their training has a curve and checkpoints. */
export const SEQUENCE_MODELS: readonly string[] = ['sasrec', 'gru'];
