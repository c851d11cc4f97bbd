// Prints what the page weighs and fails when a script is over its budget: what is loaded to open the window, and all of
// it with the views that come when they are asked for.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET = { opening: 60_000, all: 90_000 };
const dist = new URL('../dist/', import.meta.url);

export function weigh() {
  const html = readFileSync(new URL('index.html', dist), 'utf8');
  const sum = { opening: 0, all: 0, css: 0 };
  for (const name of readdirSync(new URL('assets/', dist))) {
    const weight = gzipSync(readFileSync(new URL(`assets/${name}`, dist)), { level: 9 }).length;
    if (name.endsWith('.css')) sum.css += weight;
    if (!name.endsWith('.js')) continue;
    sum.all += weight;
    // The entry, and what it imports: Vite names both.
    if (html.includes(`/assets/${name}"`)) sum.opening += weight;
  }
  return sum;
}

const { opening, all, css } = weigh();
const kB = (bytes) => (bytes / 1000).toFixed(1);
process.stdout.write(
  `script ${kB(opening)} kB gzip of ${kB(BUDGET.opening)} to open, ${kB(all)} of ${kB(BUDGET.all)} in all, ` +
    `styles ${kB(css)} kB gzip\n`,
);
if (opening === 0 || opening > BUDGET.opening || all > BUDGET.all) process.exit(1);
