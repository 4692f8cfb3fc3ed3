import { drawing } from './elements.ts';
import { circle, disc, inks, type Motif, path, range, rect } from './shapes.ts';

/** Motifs that fill their field: shapes and patterns. */

export const orbits: Motif = ({ first, second }, dice) => {
  const cx = 60 + dice() * 90;
  const tilt = -35 + dice() * 30;
  const around = `rotate(${tilt} ${cx} 98)`;
  const stars = range(14).map(() => disc(dice() * 200, dice() * 180, 0.6 + dice()));
  const ring = { fill: 'none', stroke: second, 'stroke-width': 2.5, transform: around };
  return [
    path(stars.join(''), second),
    circle(cx, 98, 46, first),
    drawing('ellipse', { cx, cy: 98, rx: 84, ry: 20, ...ring }),
    path(`M${cx - 46} 98a46 46 0 0 1 92 0Z`, first, { transform: around }),
    circle(cx + 84 * Math.cos(tilt / 57), 98 + 84 * Math.sin(tilt / 57), 7, second),
  ];
};

export const vertigo: Motif = ({ ground, first, second }, dice) => {
  const drift = (dice() - 0.5) * 14;
  const centre = 80 + dice() * 40;
  return range(9).map((step) => {
    const colour = step % 2 ? ground : step === 4 ? second : first;
    return circle(centre + drift * step * 0.6, 95 + step * 1.5, 90 - step * 10, colour);
  });
};

export const shards: Motif = ({ first, second }, dice) => {
  const x = 20 + dice() * 160;
  const turn = dice() * 0.14;
  return range(8).map((step) => {
    const from = Math.PI * (1 + step / 8) + turn;
    const to = from + 0.12 + dice() * 0.2;
    const end = (angle: number) => `${x + 300 * Math.cos(angle)} ${188 + 300 * Math.sin(angle)}`;
    return path(`M${x} 188L${end(from)}L${end(to)}Z`, step % 3 === 1 ? second : first);
  });
};

export const eclipse: Motif = ({ ground, first, second }, dice) => {
  const shift = 16 + dice() * 40;
  const side = dice() > 0.5 ? 1 : -1;
  const x = 100 - side * (dice() * 22);
  const bite = { x: x + side * shift, y: 92 - shift * (0.2 + dice() * 0.5) };
  return [
    circle(x, 96, 64, first),
    circle(bite.x, bite.y, 58, ground),
    circle(bite.x, bite.y, 8 + dice() * 12, second),
  ];
};

export const bounce: Motif = ({ first, second, lettering }, dice) => {
  const top = 60 + dice() * 30;
  return range(7).map((step) => {
    const x = 8 + step * 31;
    const y = 156 - Math.abs(Math.sin((step + dice() * 0.4) * 1.15)) * (156 - top);
    return circle(x, y, 10 + dice() * 20, [first, second, lettering][step % 3] ?? first);
  });
};

export const drips: Motif = ({ first, second }, dice) => {
  const moon = circle(120 + dice() * 40, 128, 24, second);
  const drops = range(11).map((step) => {
    const width = 12 + dice() * 10;
    return rect(step * 20 - 5, -30, width, 60 + dice() ** 2 * 150, first, { rx: width / 2 });
  });
  return [moon, rect(0, 0, 200, 24, first), ...drops];
};

export const pair: Motif = ({ first, second, lettering }, dice) => {
  const gap = 30 + dice() * 8;
  const r = 56;
  const rise = Math.sqrt(r * r - gap * gap);
  const lens = `M100 ${95 - rise}A${r} ${r} 0 0 1 100 ${95 + rise}A${r} ${r} 0 0 1 100 ${95 - rise}Z`;
  return [circle(100 - gap, 95, r, first), circle(100 + gap, 95, r, second), path(lens, lettering)];
};

export const tones: Motif = ({ first, second }, dice) =>
  range(13).map((step) => {
    const height = 24 + Math.abs(Math.sin(step * 0.7 + dice())) * 140;
    return rect(10 + step * 14.2, 95 - height / 2, 8, height, step % 4 === 2 ? second : first, {
      rx: 4,
    });
  });

export const halftone: Motif = ({ first, second }, dice) => {
  const fx = 40 + dice() * 120;
  const fy = 40 + dice() * 100;
  const dots = range(90).map((step) => {
    const x = 10 + (step % 10) * 20;
    const y = 10 + Math.floor(step / 10) * 20;
    const r = Math.max(1.2, 10.5 - Math.hypot(x - fx, y - fy) / 13);
    return { ink: r > 8.4 ? second : first, d: disc(x, y, r) };
  });
  return inks(dots);
};

/** A quarter of a disc in a tile of 40 × 40, its corner at each of the tile's corners in turn. */
const QUARTERS = [
  'h40a40 40 0 0 1-40 40Z',
  'm40 0v40a40 40 0 0 1-40-40Z',
  'm40 40h-40a40 40 0 0 1 40-40Z',
  'm0 40v-40a40 40 0 0 1 40 40Z',
];

export const tiles: Motif = ({ first, second, lettering }, dice) => {
  const quarters = range(20).map((step) => {
    const start = `M${(step % 5) * 40} ${Math.floor(step / 5) * 40 + 16}`;
    const d = start + (QUARTERS[Math.floor(dice() * 4)] ?? '');
    return { ink: [first, second, first, lettering][Math.floor(dice() * 4)] ?? first, d };
  });
  return inks(quarters);
};

export const blot: Motif = ({ first, second }, dice) => {
  const drops = range(9).map((step) => ({
    x: 8 + dice() * 52,
    y: 24 + step * 17,
    r: 8 + dice() * 20,
  }));
  const halves = [-1, 1].flatMap((side) =>
    drops.map(({ x, y, r }, step) => disc(100 + side * x, y, step % 4 === 3 ? r * 0.4 : r)),
  );
  return [
    path(halves.join(''), first),
    rect(90, 34, 20, 124, first, { rx: 10 }),
    circle(100, 66, 6, second),
  ];
};

export const rain: Motif = ({ first, second }, dice) => {
  const drops = range(46).map((step) => {
    const x = -20 + (step % 10) * 24 + dice() * 10;
    const y = Math.floor(step / 10) * 35 + dice() * 24 - 12;
    const length = 14 + dice() * 20;
    return { ink: dice() > 0.86 ? second : first, d: `M${x} ${y}l${length * 0.42} ${length}` };
  });
  return inks(drops, (d, stroke) =>
    path(d, 'none', { stroke, 'stroke-width': 2.6, 'stroke-linecap': 'round' }),
  );
};

export const facets: Motif = ({ first, second, lettering }, dice) => {
  const peak = { x: 60 + dice() * 80, y: 14 + dice() * 20 };
  const fold = { x: 70 + dice() * 60, y: 100 + dice() * 30 };
  const corner = { left: 14 + dice() * 14, right: 172 + dice() * 14 };
  const face = (d: string, fill: string) => path(`M${fold.x} ${fold.y}${d}Z`, fill);
  return [
    face(`L${peak.x} ${peak.y}L${corner.left} 118`, first),
    face(`L${peak.x} ${peak.y}L${corner.right} 92`, second),
    face(`L${corner.left} 118L${fold.x + 8} 180`, lettering),
    face(`L${corner.right} 92L${fold.x + 8} 180`, first),
  ];
};

export const slats: Motif = ({ ground, first, second }, dice) => {
  const x = 70 + dice() * 60;
  const slats = range(9).map((step) => rect(step * 24 - 4, 0, 5 + step * 1.1, 188, ground));
  return [circle(x, 94, 72, first), circle(x, 94, 26 + dice() * 14, second), ...slats];
};
