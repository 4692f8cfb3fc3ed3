// An installation that never ends, for interrupted.test.mjs to stop. It is put
// together as set-up's own is, and is given the folder to install into.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { interruptible } from '../../wasm/toolchain/interruption.mjs';
import { oneAtATime } from '../../wasm/toolchain/one-at-a-time.mjs';
import { runPipe } from '../../wasm/toolchain/run-command.mjs';
import { makeWholeFolder } from '../../wasm/toolchain/whole-folder.mjs';

const parent = process.argv[2];
await interruptible((signal) =>
  oneAtATime(parent, () =>
    makeWholeFolder(join(parent, 'made'), async (partial) => {
      writeFileSync(join(partial, 'half'), '');
      console.log('half done');
      await runPipe(['yes'], ['sleep', '60'], { signal });
    }),
  ),
);
