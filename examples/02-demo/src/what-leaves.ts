// Only the counters come with this script. Everything else is loaded when they are in place.
import './count-ways-out.ts';

void import('./what-leaves-page.ts');
