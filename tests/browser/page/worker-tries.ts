// A worker that uses ways out, by name, under whatever policy its script came with.
import { TRIES } from './tries.js';

self.onmessage = async ({ data: names }: MessageEvent<string[]>) => {
  for (const name of names) {
    try {
      await TRIES[name]?.use(`${location.origin}/nothing/${encodeURIComponent(name)}`);
    } catch {
      // Refused.
    }
  }
  self.postMessage('done');
};
