import { stemmer } from '@orama/stemmers/arabic';
import { stopwords } from '@orama/stopwords/arabic';
import { stemming } from './stemming.js';

export const tokenize = stemming(stemmer, stopwords);
