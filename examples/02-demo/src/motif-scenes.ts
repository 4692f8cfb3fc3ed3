import { drawing } from './elements.ts';
import { circle, type Motif, path, range, rect } from './shapes.ts';

/** Motifs that stand on the foot of the sheet. */

export const ridges: Motif = ({ first, second, lettering }, dice) => {
  const ridge = (base: number, height: number) => {
    const peaks = range(4).map((step) => `L${step * 62 + dice() * 26} ${base - dice() * height}`);
    return `M-20 ${base}${peaks.join('')}L220 ${base - 20}L220 200L-20 200Z`;
  };
  return [
    circle(50 + dice() * 100, 62, 30, first),
    path(ridge(120, 62), second, { opacity: 0.55 }),
    path(ridge(152, 48), second),
    path(ridge(184, 34), lettering, { opacity: 0.9 }),
  ];
};

export const sundown: Motif = ({ ground, first, second }, dice) => {
  const x = 70 + dice() * 60;
  const slits = range(5).map((step) => rect(0, 84 + step * 15, 200, 2 + step * 1.6, ground));
  const mesa = 20 + dice() * 90;
  return [
    circle(x, 104, 68, second),
    ...slits,
    path(`M-10 190V166H${mesa}l8 -42h38l10 42H210V190Z`, first),
  ];
};

export const arches: Motif = ({ ground, first, second, lettering }, dice) => {
  const doors = dice() > 0.5 ? 1 : 2;
  const rings = doors === 1 ? 6 : 4;
  const outer = doors === 1 ? 70 + dice() * 14 : 43;
  const thickness = outer / (rings + 0.4);
  const inks = [first, ground, second, ground, lettering, ground];
  return range(doors).flatMap((door) => {
    const x = doors === 1 ? 84 + dice() * 32 : 54 + door * 92;
    return range(rings).map((ring) => {
      const half = outer - ring * thickness;
      const colour = inks[(ring + door * 2) % inks.length] ?? first;
      return path(`M${x - half} 200V104a${half} ${half} 0 0 1 ${2 * half} 0V200Z`, colour);
    });
  });
};

export const waves: Motif = ({ first, second, lettering }, dice) => {
  const lift = 9 + dice() * 8;
  const inks = [second, first, lettering, first];
  const bands = inks.map((ink, band) => {
    const top = 92 + band * 26;
    const from = -80 - dice() * 40;
    const crests = range(4).map(() => `q20 ${-lift * 2} 40 0t40 0`);
    return path(`M${from} ${top}${crests.join('')}V200H${from}Z`, ink, {
      opacity: band === 0 ? 0.6 : 1,
    });
  });
  return [circle(44 + dice() * 112, 54, 24, second), ...bands];
};

export const branch: Motif = ({ first, second }, dice) => {
  const lean = (dice() - 0.5) * 50;
  const at = (t: number) => ({ x: 100 - lean * (1 - t) + lean * t * t, y: 196 - t * 176 });
  const stem = `M${at(0).x} 200Q100 110 ${at(1).x} ${at(1).y}`;
  const leaves = range(10).map((step) => {
    const { x, y } = at(0.14 + step * 0.085);
    const side = step % 2 ? 1 : -1;
    const length = 40 - step * 1.8 + dice() * 8;
    const d = `M${x} ${y}q${side * length * 0.35} ${-length * 0.62} ${side * length} ${-length * 0.42}q${-side * length * 0.32} ${length * 0.72} ${-side * length} ${length * 0.42}Z`;
    return path(d, step % 4 === 1 ? second : first);
  });
  return [path(stem, 'none', { stroke: first, 'stroke-width': 3 }), ...leaves];
};

export const skyline: Motif = ({ first, second, lettering }, dice) => {
  const lit: string[] = [];
  const dark: string[] = [];
  const houses = range(5).map((house) => {
    const x = 6 + house * 38.5;
    const top = 28 + dice() * 84;
    for (const pane of range(Math.floor((176 - top) / 17) * 2)) {
      const corner = `M${x + 6 + (pane % 2) * 12} ${top + 9 + Math.floor(pane / 2) * 17}`;
      (dice() > 0.72 ? lit : dark).push(`${corner}h7v9h-7Z`);
    }
    return rect(x, top, 32, 180, house % 2 ? first : second, { opacity: 0.92 });
  });
  return [...houses, path(dark.join(''), first, { opacity: 0.45 }), path(lit.join(''), lettering)];
};

export const stairs: Motif = ({ first, second }, dice) => {
  const steps = 6 + Math.floor(dice() * 3);
  const width = 200 / steps;
  const up = dice() > 0.5;
  const treads = range(steps).map((step) => {
    const height = (up ? step + 1 : steps - step) * (138 / steps);
    return rect(step * width, 190 - height, width + 0.5, height + 10, first, {
      opacity: 0.5 + 0.5 * (step / steps),
    });
  });
  return [circle(up ? 52 : 148, 58, 15 + dice() * 9, second), ...treads];
};

export const spotlight: Motif = ({ first, second, lettering }, dice) => {
  const from = 40 + dice() * 120;
  const to = 70 + dice() * 60;
  return [
    path(`M${from} 0L${to - 64} 166H${to + 64}Z`, first, { opacity: 0.9 }),
    drawing('ellipse', { cx: to, cy: 166, rx: 64, ry: 15, fill: second }),
    path(`M${to - 7} 164l2 -34h10l2 34Z`, lettering),
    circle(to, 121, 7, lettering),
  ];
};
