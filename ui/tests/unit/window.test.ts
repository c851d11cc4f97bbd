import { describe, expect, it } from 'vitest';

import { pieces } from '../../src/lib/window';

const rows = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const height = (list: ReturnType<typeof pieces<number>>): number =>
  list.reduce((sum, piece) => sum + ('gap' in piece ? piece.gap : 1), 0);

describe('pieces', () => {
  it('draws what is seen, and so many around it', () => {
    expect(pieces(rows(50), 0, 16, 0, 0)).toHaveLength(17);
    expect(pieces(rows(50), 0, 16, 0, 10)).toHaveLength(27);
    expect(pieces(rows(9), 0, 16, 0, 0)).toHaveLength(9);
  });

  it.each([0, 1, 499.5, 985, 5000])('is as tall as all rows at %d, with no row twice', (scroll) => {
    const list = pieces(rows(1000), scroll, 16, 3, 10);
    expect(height(list)).toBe(1000);
    const drawn = list.flatMap((piece) => ('gap' in piece ? [] : [piece.index]));
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(drawn.length).toBeLessThan(60);
    expect(drawn).toContain(3);
  });

  it('gives every piece a key of its own', () => {
    const keys = pieces(rows(1000), 500, 16, 3, 10).map((piece) => ('gap' in piece ? piece.key : String(piece.row)));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
