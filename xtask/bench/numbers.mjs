// Medians, and the table that sets each number beside its peer.

/** The value below which the share `part` of the values lies. */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}
export const median = values => quantile(values, 0.5);

export const ms = value => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
export const mb = value => `${(value / 1e6).toFixed(2)} MB`;

/** Prints the rows; each: what, ours, peer, ratio, promise, kept (true, false, or absent where nothing is promised). */
export function table(rows) {
  const head = { what: '', ours: 'Tokenrack', peer: 'beside it', ratio: 'ratio', promise: 'promised' };
  const columns = ['what', 'ours', 'peer', 'ratio', 'promise'];
  const width = Object.fromEntries(columns.map(name => [name, Math.max(...[head, ...rows].map(row => (row[name] ?? '').length))]));
  for (const row of [head, ...rows]) {
    const verdict = row.kept === undefined ? '' : row.kept ? 'kept' : 'NOT KEPT';
    console.log(columns.map(name => (row[name] ?? '').padEnd(width[name])).join('  '), verdict);
  }
}

/** Which share of the time from `from` to `to` at least one of the requests was in the server. */
export function busy(requests, from, to) {
  let total = 0, until = from;
  for (const request of requests.toSorted((a, b) => a.from - b.from)) {
    const start = Math.max(request.from, until), end = Math.min(request.to, to);
    if (end > start) [total, until] = [total + end - start, end];
  }
  return total;
}
