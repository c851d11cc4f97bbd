// Prints what the page weighs and fails when a script is over its budget: what is loaded to open the window, and all of
// it with the views that come when they are asked for. Of the languages, which are loaded one at a time, the heaviest.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET = { opening: 60_000, all: 140_000 };
const dist = new URL('../dist/', import.meta.url);
const rooms = new URL('../src/lib/text/', import.meta.url);
const LANGUAGES = readdirSync(rooms, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? entry.name : [],
);

export function weigh() {
  const html = readFileSync(new URL('index.html', dist), 'utf8');
  const sum = { opening: 0, all: 0, css: 0 };
  let language = 0;
  for (const name of readdirSync(new URL('assets/', dist))) {
    const weight = gzipSync(readFileSync(new URL(`assets/${name}`, dist)), { level: 9 }).length;
    if (name.endsWith('.css')) sum.css += weight;
    if (!name.endsWith('.js')) continue;
    if (LANGUAGES.some((tag) => name.startsWith(`${tag}-`))) {
      language = Math.max(language, weight);
      continue;
    }
    sum.all += weight;
    // The entry, and what it imports: Vite names both.
    if (html.includes(`/assets/${name}"`)) sum.opening += weight;
  }
  if (language === 0) throw new Error('no script with words was found');
  return { ...sum, opening: sum.opening + language, all: sum.all + language };
}

const { opening, all, css } = weigh();
const kB = (bytes) => (bytes / 1000).toFixed(1);
process.stdout.write(
  `script ${kB(opening)} kB gzip of ${kB(BUDGET.opening)} to open, ${kB(all)} of ${kB(BUDGET.all)} in all, ` +
    `styles ${kB(css)} kB gzip\n`,
);
if (opening === 0 || opening > BUDGET.opening || all > BUDGET.all) process.exit(1);
