// From the redirect reaching the running app to "Connected" on its screen, less the time the provider took.
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { binary, tokenrack } from '../run/tools.mjs';
import { Window, button, rowOf } from '../run/window.mjs';
import { busy, median, ms, quantile } from './numbers.mjs';

const ROUNDS = 20;
const PERSON = fileURLToPath(new URL('../../tests/peers/browser.mjs', import.meta.url));
const run = promisify(execFile);
const now = () => performance.timeOrigin + performance.now();

export async function measure(session, name, timingFile) {
  const app = binary('release', 'tokenrack-desktop');
  const window = await Window.open(session, app);
  try {
    const handed = [], opened = [];
    const [hand, open] = [await handOver(session), openLink(session, app)];
    for (let round = 0; round <= ROUNDS; round++) {
      // As the desktop does it, and without the process that only hands the link over.
      for (const [deliver, times] of [[hand, handed], [open, opened]]) {
        const time = await once({ session, window, name, timingFile, deliver });
        if (round > 0) times.push(time); // the first one warms up
      }
    }
    const [ours, theirs] = [handed.map(one => one.ours), handed.map(one => one.provider)];
    return [
      { what: `redirect received → "Connected" on screen, median of ${ROUNDS}`, ours: ms(median(ours)),
        peer: `the provider's own time, taken off: ${ms(median(theirs))}`, promise: '< 100 ms', kept: median(ours) < 100 },
      { what: '  95 of 100 within', ours: ms(quantile(ours, 0.95)) },
      { what: '  the same from the start of the program that the desktop opens the link with',
        ours: ms(median(opened.map(one => one.ours))) },
    ];
  } finally {
    await window.close();
  }
}

async function once({ session, window, name, timingFile, deliver }) {
  await tokenrack('release', session.env, ['disconnect', name]);
  await window.find(rowOf(name, 'Not connected'));
  await rm(session.env.NOTED_URL, { force: true });
  await window.click(rowOf(name) + button('Connect'));
  const { stdout: link } = await run(process.execPath, [PERSON, await noted(session.env.NOTED_URL)]);
  await window.find(rowOf(name, 'Waiting for browser'));
  await window.script(WATCH, name);
  await rm(timingFile, { force: true });
  const from = now();
  await deliver(link.trim());
  const to = await window.later(AWAIT);
  const lines = (await readFile(timingFile, 'utf8')).trim().split('\n').map(line => JSON.parse(line));
  const provider = busy(lines, from, to);
  return { ours: to - from - provider, provider };
}

/** What the second process says to the first, without starting one. */
async function handOver(session) {
  const name = await busName(session);
  return link => session.run('dbus-send', ['--session', '--type=method_call', `--dest=${name}`,
    `/${name.replaceAll('.', '/').replaceAll('-', '_')}`, 'org.SingleInstance.DBus.ExecuteCallback',
    `array:string:tokenrack-desktop,${link}`, 'string:/']);
}

async function busName(session) {
  const names = await session.run('dbus-send', ['--session', '--print-reply', '--dest=org.freedesktop.DBus',
    '/org/freedesktop/DBus', 'org.freedesktop.DBus.ListNames']);
  const found = /"(dev\.tokenrack\.desktop[^"]*\.SingleInstance)"/.exec(names);
  if (!found) throw new Error('the running app is not on the bus');
  return found[1];
}

const openLink = (session, app) => link => session.run(app, [link]);

async function noted(file) {
  for (let tries = 0; tries < 400; tries++) {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
      await sleep(25);
    }
  }
  throw new Error('the app opened no browser');
}

// Runs in the page: the moment after the frame in which the row first says "Connected".
const WATCH = `
  const name = arguments[0];
  const row = () => [...document.querySelectorAll('[role=row]')].find(row => row.textContent.includes(name));
  window.benchSeen = new Promise(resolve => {
    const look = () => {
      if (!row()?.querySelector('[role=gridcell]').textContent.includes('Connected')) return false;
      requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())));
      return true;
    };
    const observer = new MutationObserver(() => { if (look()) observer.disconnect(); });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });`;
const AWAIT = 'const done = arguments[arguments.length - 1]; window.benchSeen.then(done);';
