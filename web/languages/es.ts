import { stemmer } from '@orama/stemmers/spanish';
import { stopwords } from '@orama/stopwords/spanish';
import { stemming } from './stemming.js';

export const tokenize = stemming(stemmer, stopwords);
