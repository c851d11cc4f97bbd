import { expect, it } from 'vitest';

import { neighbour } from '../../src/lib/grid';

// Three in a row, one below a heading, then two.
const spots = [
  { x: 0, y: 0 },
  { x: 100, y: 0 },
  { x: 200, y: 0 },
  { x: 0, y: 80 },
  { x: 0, y: 160 },
  { x: 100, y: 160 },
];

it.each([
  ['ArrowRight', 0, 1],
  ['ArrowRight', 2, 3],
  ['ArrowRight', 5, null],
  ['ArrowLeft', 3, 2],
  ['ArrowLeft', 0, null],
  ['ArrowDown', 2, 3],
  ['ArrowDown', 3, 4],
  ['ArrowDown', 5, null],
  ['ArrowUp', 5, 3],
  ['ArrowUp', 3, 0],
  ['ArrowUp', 1, null],
  ['Home', 4, 0],
  ['End', 1, 5],
  ['a', 1, null],
])('%s from %d leads to %s', (key, from, to) => expect(neighbour(spots, from, key)).toBe(to));
