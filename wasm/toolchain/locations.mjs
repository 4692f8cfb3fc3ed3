import { fileURLToPath } from 'node:url';

// Found from this file, so that a checkout works wherever it lies.

/** The checkout. */
export const projectFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** Everything set-up installs outside of the system and of node_modules. Ignored by git. */
export const toolchainFolder = fileURLToPath(new URL('../../.toolchain', import.meta.url));
