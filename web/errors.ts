/**
 * Every failure a caller can meet is an `InklingError`: `code` is for programs, `message` says what was
 * given, what was expected and what to do.
 */
export const ERROR_CODES = [
  /** An option or argument has the wrong type, range or name. */
  'invalid_argument',
  /** A catalogue could not be read: not JSON, not an array, an item without an id … */
  'invalid_catalog',
  /** An interaction file or table could not be read: a missing column, a value that is no number … */
  'invalid_interactions',
  /** Factors trained elsewhere could not be read: another format, a row without a name, a number that is not finite … */
  'invalid_factors',
  /** The same id stands twice where ids must be unique. */
  'duplicate_id',
  /** An item id that neither the catalogue nor the model knows. */
  'unknown_item',
  /** The bytes are not a model file, or are damaged. */
  'corrupt_model_file',
  /** A model file or stored data of a version this build cannot read. */
  'unsupported_version',
  /** The wasm file could not be fetched or compiled. */
  'wasm_unavailable',
  /** HTML (or something else) was served where wasm, a worker or a model was expected. */
  'wrong_content',
  /** The JavaScript and the wasm come from different builds. */
  'version_mismatch',
  /** The browser or Node lacks something the engine cannot do without. */
  'unsupported_environment',
  /** Storage was asked for and is denied, full or broken. */
  'storage_unavailable',
  /** More memory or rows than the engine will take on. */
  'too_large',
  /** A calculation left the finite numbers: settings or data are to blame. */
  'not_finite',
  /** The engine trapped or its worker died while this call was under way. */
  'engine_failed',
  /** The recommender has been closed. */
  'closed',
  /** The call was stopped by its AbortSignal. */
  'aborted',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export class InklingError extends Error {
  /** What went wrong, for programs. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = code === 'aborted' ? 'AbortError' : 'InklingError';
    this.code = code;
  }
}
