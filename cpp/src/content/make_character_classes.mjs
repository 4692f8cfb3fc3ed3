// Writes character_classes.h from Debian's package unicode-data: node cpp/src/content/make_character_classes.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const FOLDER = '/usr/share/unicode';
const CODE_POINTS = 0x110000;

/** In the order of CharacterClass. */
const [SEPARATOR, WORD, CHARACTER, CLUSTER, MARK, DROPPED] = [0, 1, 2, 3, 4, 5];

/** Written without spaces: neighbouring characters make words … */
const OF_CHARACTERS = ['Han', 'Hiragana', 'Katakana', 'Hangul'];
/** … or letters with all that is set above, below and around them. */
const OF_CLUSTERS = ['Thai', 'Lao', 'Khmer', 'Myanmar'];
/** Of these scripts without a script of their own: a long vowel, an end of a phrase, repetitions. */
const MORE_CHARACTERS = [0x3006, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303c, 0x30fc];
/** Marks of kana and Han that have no script of their own. */
const MORE_MARKS = [0x302a, 0x302b, 0x302c, 0x302d, 0x3099, 0x309a];

/** What a word is the same without: signs that are seldom written, and characters that nobody sees. */
const DROPPED_RANGES = [
  [0x00ad, 0x00ad], // soft hyphen
  [0x034f, 0x034f], // grapheme joiner
  [0x0591, 0x05bd], // Hebrew accents and points
  [0x05bf, 0x05bf],
  [0x05c1, 0x05c2],
  [0x05c4, 0x05c5],
  [0x05c7, 0x05c7],
  [0x0610, 0x061a], // Arabic signs and vowels
  [0x061c, 0x061c],
  [0x0640, 0x0640], // tatweel
  [0x064b, 0x065f],
  [0x0670, 0x0670],
  [0x06d6, 0x06dc],
  [0x06df, 0x06e4],
  [0x06e7, 0x06e8],
  [0x06ea, 0x06ed],
  [0x0898, 0x089f],
  [0x08ca, 0x08e1],
  [0x08e3, 0x08ff],
  [0x180b, 0x180f], // Mongolian variants
  [0x200c, 0x200f], // joiners and directions
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x20d0, 0x20f0], // marks of symbols, such as those of keys
  [0xfe00, 0xfe0f], // variants
  [0xfeff, 0xfeff],
  [0xe0100, 0xe01ef],
];

/** @returns {{ version: string, classOf: (number | undefined)[] }} undefined where no text has the code point */
function readClasses() {
  const categories = [];
  let first = 0;
  for (const line of readFileSync(`${FOLDER}/UnicodeData.txt`, 'utf8').split('\n')) {
    const [code = '', name = '', category] = line.split(';');
    if (!category) continue;
    const last = Number.parseInt(code, 16);
    if (!name.endsWith('Last>')) first = last;
    for (let each = first; each <= last; each++) categories[each] = category;
  }
  const text = readFileSync(`${FOLDER}/Scripts.txt`, 'utf8');
  const scripts = [];
  for (const [, from, to = from, script] of text.matchAll(
    /^([\dA-F]+)(?:\.\.([\dA-F]+))?\s*; (\w+)/gm,
  )) {
    for (let each = Number.parseInt(from, 16); each <= Number.parseInt(to, 16); each++) {
      scripts[each] = script;
    }
  }
  const classOf = Array.from({ length: CODE_POINTS }, (_, code) =>
    classify(code, categories[code], scripts[code]),
  );
  return { version: /Scripts-([\d.]+)\.txt/.exec(text)[1], classOf };
}

function classify(code, category, script) {
  if (category === undefined || category === 'Cs') return undefined;
  // Folded text has no such character (web/engine/fold-text.ts).
  const letter = String.fromCodePoint(code);
  if (letter.normalize('NFKC') !== letter) return undefined;
  if (DROPPED_RANGES.some(([from, to]) => code >= from && code <= to)) return DROPPED;
  if (MORE_CHARACTERS.includes(code)) return CHARACTER;
  if (MORE_MARKS.includes(code)) return MARK;
  if (!'LMN'.includes(category[0])) return SEPARATOR;
  if (OF_CHARACTERS.includes(script)) return CHARACTER;
  if (OF_CLUSTERS.includes(script) && category[0] !== 'N') {
    return category[0] === 'M' ? MARK : CLUSTER;
  }
  return WORD;
}

/** Runs of one class; what no text has belongs to the run before it. */
function runsOf(classOf) {
  const runs = [];
  for (let code = 0; code < CODE_POINTS; code++) {
    const kind = classOf[code];
    if (kind !== undefined && kind !== runs.at(-1)?.kind) runs.push({ code, kind });
  }
  return runs;
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function packed(numbers) {
  return numbers.flatMap((number) => {
    const bytes = [];
    for (; number > 127; number >>= 7) bytes.push((number & 127) | 128);
    return [...bytes, number];
  });
}

function lines(values) {
  return values.join(', ').replace(/(.{1,114})(?:, |$)/g, (_, part) => `    ${part},\n`);
}

const { version, classOf } = readClasses();
const runs = runsOf(classOf);
const lengths = runs.map(({ code }, n) => (runs[n + 1]?.code ?? CODE_POINTS) - code);
writeFileSync(
  new URL('character_classes.h', import.meta.url),
  `#pragma once

// Made by make_character_classes.mjs from Unicode ${version}: make it again rather than change it.

#include <cstdint>

namespace inkling {

// How many code points have the same class, run after run from 0 on: seven bits a byte, the lowest first; the highest
// bit says that more follow.
constexpr std::uint8_t kClassRunLengths[] = {
${lines(packed(lengths)).trimEnd()}
};

// The CharacterClass of each run.
constexpr std::uint8_t kClassRuns[] = {
${lines(runs.map(({ kind }) => kind)).trimEnd()}
};

}  // namespace inkling
`,
);
console.log(`character_classes.h: ${runs.length} runs of Unicode ${version}`);
