declare const INKLING_VERSION: string;

/** Version of the package; the wasm files carry the same. Set by the build from package.json. */
export const VERSION: string = INKLING_VERSION;
