// Which rows of a long table are worth drawing. A thousand rows cost WebKitGTK half a second; fifty cost nothing.

const ALWAYS = 200;
const MARGIN = 10;

export type Piece<T> = { row: T; index: number } | { gap: number; key: string };

/**
 * The rows near the visible part, the row that holds the tab stop wherever it is, and gaps for the rest.
 * `scroll` and `height` in rows.
 */
export function pieces<T>(rows: T[], scroll: number, height: number, stop: number): Piece<T>[] {
  if (rows.length <= ALWAYS) return rows.map((row, index) => ({ row, index }));
  const from = Math.max(0, Math.floor(scroll) - MARGIN);
  const to = Math.min(rows.length, Math.ceil(scroll + height) + MARGIN);
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
