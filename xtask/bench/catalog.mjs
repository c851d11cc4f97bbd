// The catalog: a fresh process each time, as a person's first look is one.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { binary } from '../run/tools.mjs';
import { mb, median } from './numbers.mjs';

const ROUNDS = 20;
const FIRST = 10_000, KEYSTROKE = 2_000, MEMORY = 5e6;
const run = promisify(execFile);

export async function measure() {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push(JSON.parse((await run(binary('release', 'examples/catalog'))).stdout));
  }
  const mid = name => median(rounds.map(round => round[name]));
  const [{ shipped, crowd }] = rounds;
  const ms = us => `${(us / 1000).toFixed(2)} ms`;
  const row = (what, ours, show, limit, peer = '') =>
    ({ what, ours: show(ours), peer, ratio: '', promise: `< ${show(limit)}`, kept: ours < limit });
  return [
    row('catalog: first search', mid('first_us'), ms, FIRST, `reading all ${shipped} files: ${ms(mid('read_us'))}`),
    row(`catalog: keystroke in ${crowd}`, mid('keystroke_us'), ms, KEYSTROKE, '95 of 100 within'),
    row('catalog: memory', mid('memory'), mb, MEMORY),
  ];
}
