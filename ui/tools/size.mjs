// Prints what the page weighs and fails when the script is over its budget.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET = 60_000;
const folder = new URL('../dist/assets/', import.meta.url);

export function weigh() {
  const sum = { js: 0, css: 0 };
  for (const name of readdirSync(folder)) {
    const kind = name.split('.').pop();
    if (kind in sum) sum[kind] += gzipSync(readFileSync(new URL(name, folder)), { level: 9 }).length;
  }
  return sum;
}

const { js, css } = weigh();
process.stdout.write(
  `script ${(js / 1000).toFixed(1)} kB gzip of ${BUDGET / 1000} kB, styles ${(css / 1000).toFixed(1)} kB gzip\n`,
);
if (js === 0 || js > BUDGET) process.exit(1);
