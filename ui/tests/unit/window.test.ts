import { describe, expect, it } from 'vitest';

import { itemAt, pieces, tops } from '../../src/lib/window';

const ROW = 40;
const HEAD = 32;
const VISIBLE = 640;
/** Every tenth is the head of a group. */
const items = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const places = (n: number): number[] => tops(items(n), (i) => (i % 10 === 0 ? HEAD : ROW));
const height = (list: ReturnType<typeof pieces<number>>): number =>
  list.reduce((sum, piece) => sum + ('gap' in piece ? piece.gap : piece.index % 10 === 0 ? HEAD : ROW), 0);

describe('places', () => {
  it('know what is where', () => {
    const at = places(20);
    expect(at.slice(0, 4)).toEqual([0, 32, 72, 112]);
    expect([-5, 0, 31, 32, 71, 72, 99_999].map((place) => itemAt(at, place))).toEqual([0, 0, 0, 1, 1, 2, 20]);
  });
});

describe('pieces', () => {
  it('draws what is seen, and so much around it', () => {
    const drawn = (around: number): number => pieces(items(50), places(50), 0, VISIBLE, [0], around).length - 1;
    expect([drawn(0), drawn(0.5)]).toEqual([17, 25]);
  });

  it.each([0, 40, 19_980, 39_000, 200_000])('is as tall as all rows at %d, with no row twice', (scroll) => {
    const list = pieces(items(1000), places(1000), scroll, VISIBLE, [3, 990], 0.5);
    expect(height(list)).toBe(100 * HEAD + 900 * ROW);
    const drawn = list.flatMap((piece) => ('gap' in piece ? [] : [piece.index]));
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(drawn.length).toBeLessThan(60);
    expect(drawn).toEqual(expect.arrayContaining([3, 990]));
  });

  it('draws what is visible', () => {
    const at = places(1000);
    const list = pieces(items(1000), at, 5000, VISIBLE, [], 0.5);
    const drawn = list.flatMap((piece) => ('gap' in piece ? [] : [piece.index]));
    for (let place = 5000; place <= 5000 + VISIBLE; place += 10) expect(drawn).toContain(itemAt(at, place));
  });

  it('keeps only what is there', () =>
    expect(height(pieces(items(300), places(300), 0, 1, [-1, 300], 0.5))).toBe(11_760));

  it('gives every piece a key of its own', () => {
    const list = pieces(items(1000), places(1000), 20_000, VISIBLE, [3], 0.5);
    const keys = list.map((piece) => ('gap' in piece ? piece.key : String(piece.item)));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
