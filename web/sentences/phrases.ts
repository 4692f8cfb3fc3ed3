import type { Reason, Source } from '../types.js';

/** How a language tells reasons. Every phrase is a clause that can stand alone, without its full stop. */
export interface Phrases {
  /** A title in its quotation marks. */
  title(text: string): string;
  /** A word, tag or topic. */
  word(text: string): string;
  /** Words and tags, after what they explain. */
  because(words: readonly string[]): string;
  /** Of each kind what speaks for the item, … */
  for: Record<Reason['kind'], (told: Told) => string>;
  /** … and what speaks against it, where that differs. */
  against: Partial<Record<Reason['kind'], (told: Told) => string>>;
  /** Where no reasons were asked for. A model that is not told here is `model`. */
  sources: Partial<Record<Source, string>> & { model: string };
  /** Of what is tried out (`explore: {share}`), before all else. */
  tried?: string;
  /** A whole sentence of what speaks for an item, at least one clause, and against it, perhaps none. */
  sentence(forIt: readonly string[], againstIt: readonly string[]): string;
}

/** What a phrase may tell; texts are in their quotation marks. */
export interface Told {
  /** Of the item of an event or of `like`. */
  title: string;
  /** The event was a dislike: what speaks for an item is that it is unlike that one. */
  disliked: boolean;
  /** A word, tag, topic or value. */
  word: string;
  /** The attribute's name, or nothing. */
  field: string;
  /** The words and tags that tie two items, or nothing. */
  because: string;
  count: number;
  /** Of popularity, or nothing. */
  context: string;
  /** How much it counts. */
  contribution: number;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const ENGLISH: Phrases = {
  title: (text) => `“${text}”`,
  word: (text) => `“${text}”`,
  because: (words) => ` (${words.join(', ')})`,
  for: {
    event: ({ title, because, disliked }) =>
      disliked
        ? `it is unlike ${title}, which you did not like`
        : `it goes with ${title}${because}`,
    term: ({ word }) => `it says ${word}`,
    tag: ({ word }) => `it is about ${word}`,
    attribute: ({ field, word }) => `its ${field} fits: ${word}`,
    popularity: ({ contribution, context }) =>
      contribution > 0
        ? `many others chose it${context && ` (${context})`}`
        : 'nobody is known to have chosen it yet',
    model: () => 'it usually fits well',
    preference: ({ word }) => `you prefer ${word}`,
    boost: () => 'this page has put it further up',
    freshness: () => 'it is new',
    impression: ({ count }) => `it has been shown to you ${counted(count, 'time')}`,
    similar: ({ title }) => `it is like ${title}`,
    pick: () => 'an editor picked it',
    pin: () => 'it has a fixed place here',
    exploration: () => 'few have met it yet',
    others: ({ count }) =>
      `${counted(count, 'smaller reason')} ${count === 1 ? 'speaks' : 'speak'} for it`,
  },
  against: {
    event: ({ title, because, disliked }) =>
      disliked
        ? `it is like ${title}${because}, which you did not like`
        : `it has something of ${title}${because}`,
    term: ({ word }) => `it says ${word}, which is not your taste`,
    tag: ({ word }) => `it is about ${word}, which is not your taste`,
    attribute: ({ field, word }) => `its ${field} is not your taste: ${word}`,
    model: () => 'it usually fits less well',
    boost: () => 'this page has put it further down',
    freshness: () => 'new items are put further down',
    others: ({ count }) =>
      `${counted(count, 'smaller reason')} ${count === 1 ? 'speaks' : 'speak'} against it`,
  },
  sources: {
    model: 'people with a history like yours chose it',
    tf_idf: 'it resembles what you know',
    item_vectors: 'it resembles what you know',
    popularity: 'many others chose it',
    query: 'it matches what you asked for',
    similar: 'it is like what you asked for',
    interests: 'it is about what you prefer',
    pick: 'an editor picked it',
    pin: 'it has a fixed place here',
    exploration: 'few have met it yet',
  },
  tried: 'it is something to try',
  sentence: (forIt, againstIt) => {
    const although = againstIt.length > 0 ? `, although ${againstIt.join(' and ')}` : '';
    return `${capital(forIt.join(', and '))}${although}.`;
  },
};

export const CHINESE: Phrases = {
  title: (text) => `《${text}》`,
  word: (text) => `“${text}”`,
  because: (words) => `（${words.join('、')}）`,
  for: {
    event: ({ title, because, disliked }) =>
      disliked ? `它不像你不喜欢的${title}` : `它与${title}合得来${because}`,
    term: ({ word }) => `其中提到${word}`,
    tag: ({ word }) => `它属于${word}`,
    attribute: ({ field, word }) => `它的${field}合适：${word}`,
    popularity: ({ contribution, context }) =>
      contribution > 0 ? `很多人选了它${context && `（${context}）`}` : '还没有人选过它',
    model: () => '它通常很合适',
    preference: ({ word }) => `你偏好${word}`,
    boost: () => '本页把它排得靠前一些',
    freshness: () => '它是新的',
    impression: ({ count }) => `它已向你展示过${count}次`,
    similar: ({ title }) => `它与${title}相似`,
    pick: () => '编辑推荐了它',
    pin: () => '它固定在这个位置',
    exploration: () => '知道它的人还不多',
    others: ({ count }) => `另有${count}个较小的理由支持它`,
  },
  against: {
    event: ({ title, because, disliked }) =>
      disliked ? `它像你不喜欢的${title}${because}` : `它也有几分像${title}${because}`,
    term: ({ word }) => `其中提到不合你口味的${word}`,
    tag: ({ word }) => `它属于不合你口味的${word}`,
    attribute: ({ field, word }) => `它的${field}不合你口味：${word}`,
    model: () => '它通常不太合适',
    boost: () => '本页把它排得靠后一些',
    freshness: () => '新的排得靠后一些',
    others: ({ count }) => `另有${count}个较小的理由不支持它`,
  },
  sources: {
    model: '和你经历相似的人选了它',
    tf_idf: '它与你了解的内容相近',
    item_vectors: '它与你了解的内容相近',
    popularity: '很多人选了它',
    query: '它符合你的搜索',
    similar: '它与你指定的相似',
    interests: '它属于你偏好的内容',
    pick: '编辑推荐了它',
    pin: '它固定在这个位置',
    exploration: '知道它的人还不多',
  },
  tried: '它值得一试',
  sentence: (forIt, againstIt) => {
    const although = againstIt.length > 0 ? `，不过${againstIt.join('，')}` : '';
    return `${forIt.join('，而且')}${although}。`;
  },
};

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
