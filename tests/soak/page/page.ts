// Offers the work of the soak beside the package.
import { soakWith } from '../work.js';

const { inkling } = window.test;
// One thread: those that wait for work inside WebAssembly cannot be asked for their memory, and hold up who asks.
const fixed = { name: 'soak', threads: 1 };
window.soak = soakWith((options) => inkling.Recommender.open({ ...options, ...fixed }));
