// What bundle.mjs puts into inkling/inline.

declare module '#inline/worker' {
  /** The script of the worker. */
  const script: string;
  export default script;
}

declare module '#inline/wasm' {
  /** The engine, deflated. */
  const deflated: Uint8Array;
  export default deflated;
}
