// Which rows of a table are worth drawing. A row costs WebKitGTK some three milliseconds, seen or not.

export type Piece<T> = { row: T; index: number } | { gap: number; key: string };

/**
 * The visible rows and so many around them, the row that holds the tab stop wherever it is, and gaps for the rest.
 * `scroll`, `height` and `around` in rows.
 */
export function pieces<T>(rows: T[], scroll: number, height: number, stop: number, around: number): Piece<T>[] {
  const from = Math.max(0, Math.floor(scroll) - around);
  const to = Math.min(rows.length, Math.ceil(scroll + height) + around);
  const kept = new Set<number>();
  for (let index = from; index < to; index += 1) kept.add(index);
  if (stop >= 0 && stop < rows.length) kept.add(stop);

  const result: Piece<T>[] = [];
  let next = 0;
  for (const index of [...kept].sort((a, b) => a - b)) {
    if (index > next) result.push({ gap: index - next, key: `gap-${result.length === 0 ? 'top' : next}` });
    result.push({ row: rows[index] as T, index });
    next = index + 1;
  }
  if (next < rows.length) result.push({ gap: rows.length - next, key: 'gap-end' });
  return result;
}
