import type { Glue } from './seam.js';

/** Emscripten's loader, as its own output has no types. */
export default function createInklingModule(options: unknown): Promise<Glue>;
