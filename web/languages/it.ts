import { stemmer } from '@orama/stemmers/italian';
import { stopwords } from '@orama/stopwords/italian';
import { stemming } from './stemming.js';

export const tokenize = stemming(stemmer, stopwords);
