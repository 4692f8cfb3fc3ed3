import { stemmer } from '@orama/stemmers/english';
import { stopwords } from '@orama/stopwords/english';
import { stemming } from './stemming.js';

export const tokenize = stemming(stemmer, stopwords);
