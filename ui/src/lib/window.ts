// Which rows of a table are worth drawing. A row costs WebKitGTK some three milliseconds, seen or not.

export type Piece<T> = { item: T; index: number } | { gap: number; key: string };

/** Where each item begins, and where the last one ends. */
export function tops<T>(items: readonly T[], height: (item: T) => number): number[] {
  const result = [0];
  let at = 0;
  for (const item of items) result.push((at += height(item)));
  return result;
}

/** The index of the item that holds a place. */
export function itemAt(tops: readonly number[], place: number): number {
  let [low, high] = [0, tops.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] as number) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The items in the visible part and around it, those of `keep` wherever they are, and gaps for the rest. `around` in
 * lengths of the visible part.
 */
export function pieces<T>(
  items: readonly T[],
  tops: readonly number[],
  scroll: number,
  height: number,
  keep: readonly number[],
  around: number,
): Piece<T>[] {
  const from = itemAt(tops, scroll - height * around);
  const to = Math.min(items.length, itemAt(tops, scroll + height * (1 + around)) + 1);
  const kept = new Set(keep.filter((index) => index >= 0 && index < items.length));
  for (let index = from; index < to; index += 1) kept.add(index);

  const result: Piece<T>[] = [];
  let next = 0;
  const skip = (to: number, key: string): void => {
    const gap = (tops[to] as number) - (tops[next] as number);
    if (gap > 0) result.push({ gap, key });
  };
  for (const index of [...kept].sort((a, b) => a - b)) {
    skip(index, next === 0 ? 'gap-top' : `gap-${next}`);
    result.push({ item: items[index] as T, index });
    next = index + 1;
  }
  skip(items.length, 'gap-end');
  return result;
}
