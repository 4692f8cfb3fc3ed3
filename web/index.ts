export { ERROR_CODES, type ErrorCode, InklingError } from './errors.js';
export { Recommender } from './recommender.js';
export * from './types.js';
export { VERSION } from './version.js';
