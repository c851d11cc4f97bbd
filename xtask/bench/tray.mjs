// What is left in memory when the window is closed into the tray, and how long it takes to be back on the screen.
import { execFile } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { binary } from '../run/tools.mjs';
import { mb, median, ms } from './numbers.mjs';
import { pss } from './processes.mjs';

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

async function until(condition) {
  for (let tries = 0; tries < 1000; tries++) {
    if (await condition()) return;
    await sleep(20);
  }
  throw new Error('the window neither came nor went');
}
