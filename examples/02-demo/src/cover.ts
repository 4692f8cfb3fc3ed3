import type { Film } from './catalogue.ts';
import { drawing, element } from './elements.ts';
import { letteringSize } from './lettering.ts';
import { MOTIFS, type MotifName, titlePlace } from './motifs.ts';
import { PALETTES, type PaletteName } from './palettes.ts';
import type { Dice } from './shapes.ts';

/**
 * There are no posters in the data, so each film gets a cover of its own: what it is about chooses the motif and
 * the colours, a hash of its id and title decides the rest. The same film always has the same cover.
 */

interface Style {
  motifs: readonly MotifName[];
  palettes: readonly PaletteName[];
}

const style = (motifs: readonly MotifName[], ...palettes: PaletteName[]): Style => ({
  motifs,
  palettes,
});

/** The first tag of this table that a film has decides; the telling ones stand first. */
const STYLES = new Map<string, Style>([
  [
    'science fiction',
    style(
      ['orbits', 'orbits', 'vertigo', 'halftone', 'facets'],
      'ultramarine',
      'navy',
      'lagoon',
      'slate',
    ),
  ],
  ['horror', style(['drips', 'drips', 'vertigo', 'branch', 'blot'], 'oxide', 'oxblood', 'acid')],
  ['western', style(['sundown'], 'sienna', 'mustard', 'oxblood')],
  ['musical', style(['tones', 'spotlight', 'tiles'], 'plum', 'mustard', 'lilac')],
  ['concert', style(['tones', 'spotlight'], 'plum', 'oxide')],
  ['documentary', style(['halftone', 'slats', 'waves'], 'sand', 'ivory', 'slate')],
  ['animation', style(['tiles', 'bounce', 'ridges', 'waves'], 'sky', 'mustard', 'lilac', 'sea')],
  ['kids', style(['tiles', 'bounce', 'arches', 'waves'], 'sky', 'mustard', 'lilac')],
  ['super hero', style(['shards', 'skyline', 'halftone'], 'ultramarine', 'vermilion', 'mustard')],
  ['fantasy', style(['arches', 'ridges', 'branch', 'eclipse'], 'forest', 'plum', 'lagoon')],
  ['noir', style(['skyline', 'rain', 'stairs'], 'acid', 'slate')],
  ['romantic comedy', style(['pair', 'branch', 'bounce', 'skyline'], 'rose', 'lilac', 'sand')],
  ['black comedy', style(['tiles', 'stairs', 'facets'], 'ivory', 'acid')],
  [
    'thriller',
    style(
      ['vertigo', 'stairs', 'rain', 'skyline', 'spotlight'],
      'acid',
      'slate',
      'oxide',
      'lagoon',
    ),
  ],
  ['crime', style(['skyline', 'rain', 'stairs', 'vertigo'], 'acid', 'oxide', 'slate', 'oxblood')],
  ['mystery', style(['vertigo', 'blot', 'stairs'], 'slate', 'plum')],
  ['war', style(['slats', 'shards', 'rain'], 'forest', 'sand', 'sienna')],
  [
    'adventure',
    style(['ridges', 'waves', 'sundown', 'ridges', 'facets'], 'sea', 'forest', 'sienna', 'lagoon'),
  ],
  [
    'action',
    style(['shards', 'skyline', 'facets', 'slats'], 'vermilion', 'ivory', 'oxblood', 'navy'),
  ],
  ['romance', style(['pair', 'branch', 'waves'], 'rose', 'oxblood', 'plum')],
  ['comedy', style(['bounce', 'tiles', 'tones', 'facets'], 'mustard', 'sky', 'rose', 'sand')],
  [
    'historical',
    style(['slats', 'arches', 'branch', 'waves', 'stairs'], 'sand', 'oxblood', 'forest', 'sienna'),
  ],
  [
    'drama',
    style(
      ['eclipse', 'branch', 'stairs', 'waves', 'pair', 'slats', 'rain', 'spotlight'],
      'navy',
      'oxblood',
      'sea',
      'slate',
      'ivory',
      'plum',
    ),
  ],
]);
const PLAIN = style(
  ['blot', 'facets', 'halftone', 'tones', 'waves'],
  'slate',
  'ivory',
  'navy',
  'lagoon',
  'sienna',
);
const OTHER_NAMES = new Map([
  ['sci-fi', 'science fiction'],
  ['children', 'kids'],
]);

function styleOf(film: Film): Style {
  const words = film.tags.map((tag) => OTHER_NAMES.get(tag.toLowerCase()) ?? tag.toLowerCase());
  for (const [name, found] of STYLES) {
    if (words.some((word) => word.includes(name))) return found;
  }
  return PLAIN;
}

/** FNV-1a over the text, then Weyl steps with a mixer: small, and the same on every machine. */
function diceFor(text: string): Dice {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++)
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(list: readonly T[], dice: Dice): T => list[Math.floor(dice() * list.length)] as T;

export function cover(film: Film): HTMLElement {
  const dice = diceFor(`${film.id}${film.title}`);
  const { motifs, palettes } = styleOf(film);
  const colours = PALETTES[pick(palettes, dice)];
  const motif = pick(motifs, dice);
  const place = titlePlace(motif);
  const titleFirst = place === 'above' || (place === 'either' && dice() > 0.6);
  const transform = titleFirst ? 'translate(0 112)' : undefined;
  const field = drawing(
    'svg',
    { class: 'cover-art', viewBox: '0 0 200 300', 'aria-hidden': 'true', focusable: 'false' },
    drawing('g', { transform }, ...MOTIFS[motif](colours, dice)),
  );
  const credit = [film.director, film.year].filter((part) => part !== undefined).join(' · ');
  const sheet = element(
    'div',
    { class: titleFirst ? 'cover cover-title-first' : 'cover' },
    field,
    element(
      'div',
      { class: 'cover-words' },
      element('h3', { class: 'cover-title' }, film.title),
      credit !== '' && element('p', { class: 'cover-credit' }, credit),
    ),
  );
  sheet.style.setProperty('--lettering', colours.lettering);
  sheet.style.setProperty('--ground', colours.ground);
  sheet.style.setProperty('--title-size', `${letteringSize(film.title)}cqw`);
  return sheet;
}

/** The same colours as a dot, for lists that have no room for a cover. */
export function swatch(film: Film): HTMLElement {
  const dice = diceFor(`${film.id}${film.title}`);
  const colours = PALETTES[pick(styleOf(film).palettes, dice)];
  const dot = element('span', { class: 'swatch', 'aria-hidden': 'true' });
  dot.style.setProperty('--ground', colours.ground);
  dot.style.setProperty('--ink-of-cover', colours.first);
  return dot;
}
