import { stemmer } from '@orama/stemmers/portuguese';
import { stopwords } from '@orama/stopwords/portuguese';
import { stemming } from './stemming.js';

export const tokenize = stemming(stemmer, stopwords);
