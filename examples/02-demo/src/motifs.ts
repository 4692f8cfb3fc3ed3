import * as patterns from './motif-patterns.ts';
import * as scenes from './motif-scenes.ts';
import type { Motif } from './shapes.ts';

export type MotifName = keyof typeof patterns | keyof typeof scenes;

export const MOTIFS: Readonly<Record<MotifName, Motif>> = { ...patterns, ...scenes };

/** Where the title goes: over what stands at the foot, under what hangs from the top; else as chance has it. */
export function titlePlace(name: MotifName): 'above' | 'below' | 'either' {
  if (name in scenes) return 'above';
  return name === 'drips' || name === 'shards' || name === 'rain' ? 'below' : 'either';
}
