/** Colours of a cover, as a printer would order them: a ground, two inks, and the colour of the lettering. */
export interface Palette {
  ground: string;
  first: string;
  second: string;
  lettering: string;
}

const palette = (ground: string, first: string, second: string, lettering: string): Palette => ({
  ground,
  first,
  second,
  lettering,
});

export const PALETTES = {
  navy: palette('#1b2a49', '#e4572e', '#f2e3c6', '#f7efe0'),
  lagoon: palette('#12343b', '#e1b382', '#2d6a6e', '#f6ead6'),
  vermilion: palette('#bf3a26', '#221a1c', '#f4d9b0', '#fff3df'),
  mustard: palette('#e0a730', '#bf3f2a', '#2a2320', '#231a12'),
  rose: palette('#eab8a8', '#b3304f', '#5b1a2e', '#4a1226'),
  plum: palette('#472250', '#f0a63c', '#d9576b', '#fbe8d6'),
  sand: palette('#dccfb6', '#29463b', '#c2522b', '#1f2c26'),
  forest: palette('#22402e', '#dcb45a', '#7f9e6c', '#f6edd6'),
  oxide: palette('#161316', '#a8252a', '#e9dcc9', '#f2e6d6'),
  acid: palette('#1c1e24', '#d8c545', '#666b78', '#efeadb'),
  ultramarine: palette('#1d2b86', '#f06d4f', '#9fc6e8', '#f3efe3'),
  sky: palette('#86b9cb', '#f4c64d', '#c9482b', '#10303d'),
  sienna: palette('#a9572a', '#4b2013', '#f3cf95', '#fff1da'),
  slate: palette('#39404f', '#c7a27c', '#8391a8', '#f0ebe2'),
  ivory: palette('#e9e1d0', '#1d1d1f', '#cc432d', '#1a1a1c'),
  sea: palette('#0f555c', '#f2b56b', '#e9e2cf', '#f5efdf'),
  oxblood: palette('#5a1620', '#d99a5b', '#a83c3a', '#f7e6d2'),
  lilac: palette('#bdb5d9', '#3a2a6b', '#f0d36a', '#241a4d'),
} as const satisfies Record<string, Palette>;

export type PaletteName = keyof typeof PALETTES;
