import { stemmer } from '@orama/stemmers/russian';
import { stopwords } from '@orama/stopwords/russian';
import { stemming } from './stemming.js';

export const tokenize = stemming(stemmer, stopwords);
