import { fileURLToPath } from 'node:url';

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The folders that the tests serve or read. */
export const CHECKOUT = place('../../');
export const DIST = place('../../dist/');
export const TEST_PAGE = place('./page/');
export const DEMO = place('../../examples/02-demo/');
/** MovieLens, where the machine has it; it is no part of the project. */
export const MOVIELENS = place('../../../shared/data/ml-latest-small/');
