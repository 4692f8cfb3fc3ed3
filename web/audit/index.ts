// inkling/audit: what lists do to those who are in them, and to those they are for.
export { type ExposureQuestion, exposureReport, type GroupExposure } from './exposure-report.js';
export { type ExploredChoices, exploredChoices, shownLists } from './person-log.js';
