// The main job from start to end, as a person does it, in a session of its own. Prints each step with its time.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startPeer } from './peer.mjs';
import { Session } from './session.mjs';
import { addLocalDemo, binary, target, tokenrack, untilInterrupted } from './tools.mjs';
import { Window, button, rowOf } from './window.mjs';

const NAME = 'Local demo';
const BROWSER = fileURLToPath(new URL('./browser.mjs', import.meta.url));
const row = rowOf(NAME);
const rowWith = word => rowOf(NAME, word);
const panel = '//aside';
const fingerprint = secret => createHash('sha256').update(secret).digest('hex');

/** Runs it all; whatever fails, everything that was started ends. */
export async function drive(profile) {
  const out = target('run');
  await rm(out, { recursive: true, force: true });
  await mkdir(profile, { recursive: true, mode: 0o700 });
  const started = [];
  let cleaned;
  const cleanUp = () => (cleaned ??= (async () => {
    for (const stop of started.reverse()) {
      await Promise.resolve().then(stop).catch(error => console.error(`while cleaning up: ${error.message}`));
    }
  })());
  untilInterrupted(cleanUp);
  const record = createWriteStream(`${out}/steps.txt`);
  const begin = performance.now();
  // No person waits for a picture, and the driver takes seconds for some: steps are timed without.
  let pictures = 0;
  const notTimed = async work => {
    const at = performance.now();
    await work();
    pictures += performance.now() - at;
  };
  const step = async (name, work) => {
    const at = performance.now() - pictures;
    const say = (mark, note) => {
      const line = `  ${mark} ${((performance.now() - pictures - at) / 1000).toFixed(2).padStart(6)} s  ${name}${note ? `: ${note}` : ''}`;
      console.log(line);
      record.write(`${line}\n`);
    };
    try {
      say('ok    ', await work());
    } catch (error) {
      say('FAILED');
      throw new Error(`${name}: ${error.message}`, { cause: error });
    }
  };
  try {
    await steps({ step, notTimed, profile, out, started });
    const seconds = milliseconds => `${(milliseconds / 1000).toFixed(1)} s`;
    console.log(`\n  ${seconds(performance.now() - begin)} in all, ${seconds(pictures)} of it for the pictures in ${out}`);
  } finally {
    await cleanUp();
    record.end();
  }
}

async function steps({ step, notTimed, profile, out, started }) {
  let session, peer, window, env, copied;
  const picture = name => notTimed(() => window.screenshot(`${out}/${name}.png`));
  const command = (...args) => tokenrack('debug', env, args);
  const token = async () => (await tokenrack('debug', env, ['token', NAME], { raw: true })).trim();

  await step('A desktop of its own', async () => {
    session = await Session.start();
    started.push(() => session.stop());
    session.env.TOKENRACK_HOME = profile;
    session.env.BROWSER_SHOTS = out;
    env = session.env;
    await session.setBrowser(`${process.execPath} ${BROWSER}`);
    return `display ${env.DISPLAY}, its own bus, gnome-keyring and browser`;
  });
  await step('An authorization server', async () => {
    peer = await startPeer();
    started.push(() => peer.stop());
    return peer.issuer;
  });
  await step('tokenrack add', async () => {
    await addLocalDemo('debug', env, peer.issuer);
    return `"${NAME}" is listed`;
  });
  await step('WebDriver starts and opens the app', async () => {
    window = await Window.open(session, binary('debug', 'tokenrack-desktop'), { log: `${out}/app.log` });
    started.push(() => window.close());
    await window.find(rowWith('Not connected'));
    await picture('1-not-connected');
  });
  await step('Click Connect', async () => {
    await window.click(`${row}${button('Connect')}`);
    await window.find(rowWith('Waiting for browser'));
    await picture('2-waiting');
  });
  await step('Chromium signs in, the desktop delivers the link', async () => {
    await window.find(rowWith('Connected'), 60_000);
    await picture('3-connected');
    const [status] = await command('status', NAME);
    return `the command agrees: ${status.status.kind}, ${status.account}`;
  });
  await step('Click Copy', async () => {
    await window.click(`${row}${button('Copy')}`);
    await window.find(`${row}//button[starts-with(@aria-label, 'Copied')]`);
    const clipboard = await session.run('xclip', ['-selection', 'clipboard', '-out']);
    copied = fingerprint(clipboard);
    if (copied !== fingerprint(await token())) throw new Error('the clipboard holds something else than the token');
    const hint = await session.run('xclip', ['-selection', 'clipboard', '-out', '-target', 'x-kde-passwordManagerHint']);
    if (hint.trim() !== 'secret') throw new Error('clipboard managers are not told that it is a secret');
    await picture('4-copied');
    return `${clipboard.length} characters, marked as a secret`;
  });
  await step('Open the connection', async () => {
    await window.click(`${row}//strong`);
    await window.find(panel + button('Refresh'));
    await picture('5-connection');
  });
  await step('Click Refresh', async () => {
    const before = await issuedAt(command);
    await window.click(panel + button('Refresh'));
    await until(async () => (await issuedAt(command)) !== before);
    if (fingerprint(await token()) === copied) throw new Error('the token is the same as before');
    await window.find(rowWith('Connected'));
    return 'another token';
  });
  await step('The dark theme', async () => {
    await window.click(button('Settings'));
    await window.click("//label[normalize-space(.)='Dark']");
    await picture('6-settings-dark');
    await window.click(button('Back'));
    await window.find(row);
    await picture('7-connected-dark');
  });
  await step('Disconnect', async () => {
    await window.click(panel + button('Disconnect…'));
    await picture('8-confirm-dark');
    await window.click('//dialog' + button('Disconnect'));
    await window.find(rowWith('Not connected'));
    await picture('9-disconnected-dark');
    const log = await (await fetch(`${peer.issuer}/_peer/log`)).json();
    const revoked = log.filter(({ path, status }) => path === '/token/revocation' && status === 200).length;
    if (revoked === 0) throw new Error('nothing was revoked at the server');
    return `${revoked} tokens revoked at the server`;
  });
}

async function issuedAt(command) {
  const [status] = await command('status', NAME);
  return status.issued_at;
}

async function until(condition, milliseconds = 10_000) {
  const end = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${milliseconds} ms`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
