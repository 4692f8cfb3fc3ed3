import { stemmer } from '@orama/stemmers/french';
import { stopwords } from '@orama/stopwords/french';
import { stemming } from './stemming.js';

export const tokenize = stemming(stemmer, stopwords);
