// `cargo xtask run`: a local authorization server as "Local demo", a throw-away profile, and the app.
//
//   --real     on the person's desktop: they click, their browser signs in
//   --virtual  in a session of its own, driven from Connect to Disconnect
import { execFile, spawn } from 'node:child_process';
import { access, mkdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { drive } from './drive.mjs';
import { startPeer } from './peer.mjs';
import { addLocalDemo, binary, target, tokenrack, untilInterrupted } from './tools.mjs';

const profile = target('run', 'profile');

/** Leaves nothing of an earlier run, in the person's keychain neither. */
async function forget(env) {
  const there = await access(profile).then(() => true, () => false);
  if (!there) return;
  try {
    for (const { id } of await tokenrack('debug', env, ['status'])) {
      await tokenrack('debug', env, ['disconnect', id, '--forget']);
    }
  } catch (error) {
    console.error(`an earlier profile's tokens could not be deleted: ${error.message}`);
  }
}

const entry = join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'applications/tokenrack-desktop-handler.desktop');

/** The app's own desktop entry names the profile; without the profile it would only mislead. */
async function removeHandler() {
  const text = await readFile(entry, 'utf8').catch(() => '');
  if (text.includes(profile)) await rm(entry);
}

/** Whether links already belong to an installed Tokenrack; then they would not come back to this one. */
async function installedElsewhere() {
  if (process.platform !== 'linux') return false;
  const asked = promisify(execFile)('xdg-mime', ['query', 'default', 'x-scheme-handler/dev.tokenrack.desktop']);
  const { stdout } = await asked.catch(() => ({ stdout: '' }));
  return stdout.trim() !== '' && stdout.trim() !== basename(entry);
}

async function onTheRealScreen() {
  const env = { ...process.env, TOKENRACK_HOME: profile };
  await forget(env);
  await rm(target('run'), { recursive: true, force: true });
  await mkdir(profile, { recursive: true, mode: 0o700 });
  const peer = await startPeer();
  let app;
  let cleaned;
  const cleanUp = () => (cleaned ??= (async () => {
    app?.kill();
    await forget(env); // while the server still runs, so that it can revoke
    peer.stop();
    await rm(profile, { recursive: true, force: true });
    await removeHandler();
  })());
  untilInterrupted(cleanUp);
  try {
    const redirect = await installedElsewhere() ? ['--redirect', 'loopback'] : [];
    await addLocalDemo('debug', env, peer.issuer, ...redirect);
    console.log(`\n"Local demo" is an authorization server on this machine: ${peer.issuer}`);
    console.log('Click Connect; any user name and any password sign in. The profile is thrown away when you close the app.\n');
    app = spawn(binary('debug', 'tokenrack-desktop'), [], { env, stdio: 'inherit' });
    const code = await new Promise((resolve, reject) => app.once('exit', resolve).once('error', reject));
    if (code !== 0 && code !== null) throw new Error(`the app ended with ${code}`);
  } finally {
    await cleanUp();
  }
}

const [screen] = process.argv.slice(2);
try {
  await (screen === '--virtual' ? drive(profile) : onTheRealScreen());
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
