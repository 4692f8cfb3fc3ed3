export const NATIVE_READERS: readonly string[];
export const JAVASCRIPT_READERS: readonly string[];
