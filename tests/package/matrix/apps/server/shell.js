// What a server renders when only the browser opens a recommender: the import must do nothing.
import { Recommender } from 'inkling';

export const render = () => `<main data-recommender="${typeof Recommender.open}"></main>`;
