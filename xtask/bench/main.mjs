// `cargo xtask bench`: every promised number, each beside its peer, in one session. Ends with 1 if one is not kept.
import { execFile, spawn } from 'node:child_process';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startPeer } from '../run/peer.mjs';
import { Session } from '../run/session.mjs';
import { addLocalDemo, binary, target, tokenrack, untilInterrupted } from '../run/tools.mjs';
import * as callback from './callback.mjs';
import * as catalog from './catalog.mjs';
import { mb, table as print } from './numbers.mjs';
import * as refresh from './refresh.mjs';
import * as table from './table.mjs';
import * as token from './token.mjs';
import * as tray from './tray.mjs';
import * as window from './window.mjs';

const NAME = 'Local demo';
const here = name => fileURLToPath(new URL(name, import.meta.url));
const run = promisify(execFile);
const out = target('bench');
const packages = process.argv.slice(2);

await rm(out, { recursive: true, force: true });
for (const folder of ['frames', 'profile']) await mkdir(`${out}/${folder}`, { recursive: true, mode: 0o700 });
const timingFile = `${out}/provider.jsonl`;
const rows = [];
let session, peer, cleaned;
const cleanUp = () => (cleaned ??= (async () => { peer?.stop(); await session?.stop(); })());
untilInterrupted(cleanUp);
try {
  session = await Session.start({ frames: `${out}/frames` });
  Object.assign(session.env, { TOKENRACK_HOME: `${out}/profile`, NOTED_URL: `${out}/url` });
  await session.setBrowser(`${process.execPath} ${here('note-url.mjs')}`);
  peer = await startPeer({ nodeArgs: ['--import', here('timing.mjs')], env: { TIMING_FILE: timingFile } });
  await addLocalDemo('release', session.env, peer.issuer);
  await connect();
  await refresh.many(session, `${out}/fifty`, 50);
  const [frames, fifty, thousand] = ['frames', 'fifty', 'thousand'].map(name => `${out}/${name}`);
  // A keychain with a thousand items is slow: what opens it comes first.
  for (const measure of [catalog.measure, () => token.measure(session, NAME), () => tray.measure(session),
    () => callback.measure(session, NAME, timingFile), () => refresh.token(session, NAME, timingFile),
    () => refresh.measure(session, thousand), () => window.measure(session, frames, fifty, thousand),
    () => table.measure(session, fifty, thousand), sizes]) {
    rows.push(...(await measure()));
  }
  if (rows.some(({ kept }) => kept === false)) process.exitCode = 1;
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
} finally {
  await cleanUp();
  console.log();
  print(rows);
  await writeFile(`${out}/results.json`, JSON.stringify(rows, null, 2));
}

/** By the command alone: its URL, a person's browser, the redirect handed back. */
async function connect() {
  const child = spawn(binary('release', 'tokenrack'), ['--json', 'connect', NAME, '--no-browser'], {
    env: session.env, stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, url } = JSON.parse(line);
    if (event !== 'authorization_url') continue;
    const { stdout } = await run(process.execPath, [here('../../tests/peers/browser.mjs'), url]);
    await tokenrack('release', session.env, ['callback', stdout.trim()]);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`tokenrack connect ended with ${code}`);
}

async function sizes() {
  const rows = [];
  const row = async (what, path, limit, peer) => {
    const { size } = await stat(path);
    const beside = peer && (await stat(peer)).size;
    rows.push({ what, ours: mb(size), peer: beside ? `a bare Tauri window: ${mb(beside)}` : '', ratio: beside ? (size / beside).toFixed(2) : '',
      promise: limit ? `< ${limit / 1e6} MB` : '', kept: limit ? size < limit : undefined });
  };
  await row('the command', binary('release', 'tokenrack'), 10e6);
  await row('the app', binary('release', 'tokenrack-desktop'), undefined, binary('release', 'examples/bare'));
  for (const path of packages) await row(path.split('.').pop(), path, path.endsWith('.deb') ? 12e6 : undefined);
  return rows;
}
