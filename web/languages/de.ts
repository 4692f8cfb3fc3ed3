import { stemmer } from '@orama/stemmers/german';
import { stopwords } from '@orama/stopwords/german';
import { stemming } from './stemming.js';

export const tokenize = stemming(stemmer, stopwords);
