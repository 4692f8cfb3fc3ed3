/** Readers of bytes that come from outside: each has a harness here and a folder in corpus/. */
export const NATIVE_READERS = [
  'decimal',
  'history',
  'interactions',
  'item_ids',
  'json_header',
  'model_file',
  'settings',
  'tensor_file',
  'term_matrix',
  'tokenizer',
];

export const JAVASCRIPT_READERS = [
  'read_items',
  'read_interactions',
  'read_gzip',
  'read_negatives',
  'read_ids',
  'read_counts',
  'read_movielens',
  'read_npy',
  'read_npz',
  'read_safetensors',
  'read_parquet',
  'interaction_table',
  'encode_documents',
];
