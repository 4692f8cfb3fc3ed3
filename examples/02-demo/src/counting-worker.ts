// The engine's worker, with the counters before it. In an app of your own there is no need of this file.
import './count-ways-out.ts';
import 'inkling/worker';
