// What is left in memory when the window is closed into the tray, and how long it takes to be back on the screen.
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { binary } from '../run/tools.mjs';
import { mb, median, ms } from './numbers.mjs';

const ROUNDS = 5;
const MEMORY = 60e6;
const TIME = 1000;
const run = promisify(execFile);
const close = fileURLToPath(new URL('../../tests/peers/close-window.mjs', import.meta.url));

export async function measure(session) {
  const tray = session.spawn(binary('debug', 'tray'), [], { stdio: ['pipe', 'pipe', 'inherit'] });
  await createInterface({ input: tray.stdout })[Symbol.asyncIterator]().next();
  const app = session.spawn(binary('release', 'tokenrack-desktop'), [], { stdio: 'ignore' });
  const sizes = { open: [], hidden: [] };
  const times = [];
  try {
    await until(() => isThere(session));
    // The icon comes with the panel's answer, soon after the window.
    await sleep(2000);
    for (let round = 0; round <= ROUNDS; round++) {
      const open = pss(app.pid);
      await run(process.execPath, [close], { env: session.env });
      await until(async () => !(await isThere(session)));
      // The web processes end, and memory is given back, within seconds.
      await sleep(5000);
      const hidden = pss(app.pid);
      const asked = performance.now();
      tray.stdin.write('Open Tokenrack\n');
      await until(() => isThere(session));
      const back = performance.now() - asked;
      await sleep(1500);
      if (round === 0) continue;
      sizes.open.push(open);
      sizes.hidden.push(hidden);
      times.push(back);
    }
  } finally {
    app.kill();
    tray.kill();
  }
  const [open, hidden, back] = [sizes.open, sizes.hidden, times].map(median);
  return [
    { what: `in the tray, all processes (PSS), median of ${ROUNDS}`, ours: mb(hidden), peer: `with its window: ${mb(open)}`,
      ratio: (hidden / open).toFixed(2), promise: `< ${MEMORY / 1e6} MB`, kept: hidden < MEMORY },
    { what: '  its window on the screen again', ours: ms(back), peer: '', promise: `< ${TIME} ms`, kept: back < TIME },
  ];
}

/** It is shown when its page has painted. */
async function isThere(session) {
  return run('xwininfo', ['-name', 'Tokenrack'], { env: session.env }).then(({ stdout }) => stdout.includes('IsViewable'), () => false);
}

/** Bytes of a process and all it has started; what is shared counts by its share (proc_pid_smaps(5)). */
function pss(root) {
  const parents = new Map();
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    const stat = read(`/proc/${pid}/stat`);
    if (stat) parents.set(pid, stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  }
  const family = [String(root)];
  for (const head of family) for (const [pid, parent] of parents) if (parent === head) family.push(pid);
  const size = pid => Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  return family.reduce((sum, pid) => sum + size(pid) * 1024, 0);
}

/** Nothing when it has ended meanwhile. */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function until(condition) {
  for (let tries = 0; tries < 1000; tries++) {
    if (await condition()) return;
    await sleep(20);
  }
  throw new Error('the window neither came nor went');
}
