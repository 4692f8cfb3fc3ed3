// Writes the first inputs of the JavaScript readers: node tests/fuzz/javascript/write-seeds.mjs tests/fuzz/corpus
// Parquet is DuckDB's: node_modules has no other writer.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { zipSync } from 'fflate';

const corpus = resolve(process.argv[2] ?? 'tests/fuzz/corpus');
const text = (words) => new TextEncoder().encode(words);

function write(reader, name, bytes) {
  mkdirSync(join(corpus, reader), { recursive: true });
  const path = join(corpus, reader, name);
  writeFileSync(path, bytes);
  return path;
}

const items = [
  { id: '__proto__', title: 'One "film"', tags: ['Comedy', 'Drama'], popularity: 3 },
  { id: '\u{1f3ac}', title: '', text: 'deep sea' },
];
// The first byte chooses the name of the file: see `named` in readers.ts.
write('read_items', 'array', text(`\0${JSON.stringify(items)}`));
write('read_items', 'json', text(`\u0001${JSON.stringify(items, null, 1)}`));
write('read_items', 'lines', text(`\u0002${items.map((item) => JSON.stringify(item)).join('\n')}`));
write(
  'read_items',
  'csv',
  text('\u0003id,title,genres,__proto__\n1,"One, ""two""",Comedy|Drama,x\n2,,,'),
);
write('read_items', 'tsv', text('\u0004movieId\ttitle\tpopularity\r\n1\tOne\t5\r\n2\t"\t'));

const rows =
  'user,item,rating,timestamp\nu1,__proto__,5,2024-05-31T12:00:00Z\n"u,2",i2,3.5,2024-06-01\n';
write('read_interactions', 'csv', text(`\u0001${rows}`));
write('read_interactions', 'headless', text('\0' + 'u1::i1::5::100\nu2::i2::3::200\n'));
write('read_interactions', 'tsv', text('\u0002user_id:token\titem_id:token\nu1\ti1\nu2\t"i"2\n'));
write(
  'read_interactions',
  'lines',
  text('\u0003{"user":"u1","item":"i1","value":5}\n{"user":"u2","item":"i2","value":1}'),
);
write('read_gzip', 'csv', gzipSync(rows, { level: 9 }));
write('read_negatives', 'plain', text('u1,i1,i2\nu2,__proto__,i3\n'));
write('read_negatives', 'ncf', text('(0,25)\t1064\t174\n(1,133)\t1072\t3154\n'));
write('read_ids', 'lines', text('\0one\n__proto__\n\u{1f3ac}\n'));
write('read_ids', 'table', text('\u0002index,id\n5,one\n-1,two\n'));
write('read_ids', 'json', text('\u0003["one","two"]'));
write('read_counts', 'table', text('id,count\none,3\ntwo,0.5\n'));

const movies = 'movieId,title,genres\n1,One (1995),Comedy|Drama\n2,Two,(no genres listed)\n';
const ratings = 'userId,movieId,rating,timestamp\n1,1,4.0,964982703\n2,2,3.5,964981247\n';
const folder = { 'ml/ratings.csv': text(ratings), 'ml/movies.csv': text(movies) };
write('read_movielens', 'deflated.zip', zipSync(folder, { level: 9, mtime: 1e12 }));
write('read_movielens', 'stored.zip', zipSync(folder, { level: 0, mtime: 1e12 }));

function npy(header, data) {
  const words = text(`${header.padEnd(117 - 10 + 10)}\n`);
  const start = Uint8Array.of(0x93, ...text('NUMPY'), 1, 0, words.length & 255, words.length >> 8);
  return Buffer.concat([start, words, new Uint8Array(data.buffer)]);
}
const array = (type, order, shape) =>
  `{'descr': '${type}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
const matrix = Float32Array.of(0.5, -1, 2, 0.25, 1, 3);
write('read_npy', 'floats', npy(array('<f4', 'False', '(3, 2)'), matrix));
write('read_npy', 'doubles', npy(array('<f8', 'True', '(3, 2)'), Float64Array.from(matrix)));
const arrays = {
  'item_factors.npy': npy(array('<f4', 'False', '(3, 2)'), matrix),
  'alpha.npy': npy(array('<f8', 'False', '()'), Float64Array.of(40)),
  'regularization.npy': npy(array('<f8', 'False', '()'), Float64Array.of(0.01)),
};
write('read_npz', 'deflated.npz', zipSync(arrays, { level: 9, mtime: 1e12 }));
write(
  'read_npz',
  'stored.npz',
  zipSync({ 'item_factors.npy': arrays['item_factors.npy'] }, { level: 0, mtime: 1e12 }),
);

function safetensors(header, data) {
  const words = text(JSON.stringify(header));
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(words.length), true);
  return Buffer.concat([new Uint8Array(length.buffer), words, new Uint8Array(data.buffer)]);
}
const tensor = { dtype: 'F32', shape: [3, 2], data_offsets: [0, 24] };
write(
  'read_safetensors',
  'one',
  safetensors({ __metadata__: { a: 'b' }, item_factors: tensor }, matrix),
);
write('read_safetensors', 'unnamed', safetensors({ weights: tensor }, matrix));

const connection = await (await DuckDBInstance.create(':memory:')).connect();
const factors = '(VALUES (1, [0.5::FLOAT, -1]), (2, [2, 0.25]), (5, [1, 3])) rows(id, features)';
const sql = {
  plain: [factors, 'COMPRESSION uncompressed'],
  snappy: [factors, 'COMPRESSION snappy'],
  gzip: [factors, 'COMPRESSION gzip'],
  zstd: [factors, 'COMPRESSION zstd'],
  brotli: [factors, 'COMPRESSION brotli'],
  'second-version': [factors, 'COMPRESSION snappy, PARQUET_VERSION V2'],
  // So many that they are numbers in a dictionary.
  dictionary: [
    '(SELECT range AS id, [(range % 2)::FLOAT, 1] AS features FROM range(64))',
    'COMPRESSION snappy',
  ],
  texts: [
    "(SELECT 'i' || range AS id, [range::FLOAT] AS features FROM range(8))",
    'COMPRESSION snappy, PARQUET_VERSION V2',
  ],
};
for (const [name, [from, options]] of Object.entries(sql)) {
  const path = write('read_parquet', `${name}.parquet`, '');
  await connection.run(`COPY (FROM ${from}) TO '${path}' (FORMAT parquet, ${options})`);
}
