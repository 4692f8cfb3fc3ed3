/** Node's flags for relaxed SIMD: older Nodes have it behind one that newer ones do not know. */
export function relaxedFlags(): string[];
