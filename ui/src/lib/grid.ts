// Moving among things that flow in rows, by what is where on the screen.

export interface Spot {
  x: number;
  y: number;
}

/** Where an arrow key leads from one spot; `null` where there is nothing on that side, or for another key. */
export function neighbour(spots: readonly Spot[], from: number, key: string): number | null {
  const here = spots[from];
  if (!here) return null;
  if (key === 'Home') return 0;
  if (key === 'End') return spots.length - 1;
  if (key === 'ArrowLeft') return from > 0 ? from - 1 : null;
  if (key === 'ArrowRight') return from + 1 < spots.length ? from + 1 : null;
  const side = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
  const beyond = spots.map((spot, index) => ({ spot, index })).filter(({ spot }) => (spot.y - here.y) * side > 0);
  const row = Math.min(...beyond.map(({ spot }) => Math.abs(spot.y - here.y)));
  const inRow = beyond.filter(({ spot }) => Math.abs(spot.y - here.y) === row);
  const nearest = inRow.sort((a, b) => Math.abs(a.spot.x - here.x) - Math.abs(b.spot.x - here.x))[0];
  return nearest?.index ?? null;
}
