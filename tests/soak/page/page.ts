// Offers the work of the soak beside the package.
import { soakWith } from '../work.js';

const { inkling } = window.test;
window.soak = soakWith((options) => inkling.Recommender.open({ ...options, name: 'soak' }));
