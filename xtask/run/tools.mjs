// The `tokenrack` command, and the words the demonstrations share.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const TARGET = process.env.TARGET;
if (!TARGET) throw new Error('start me as `cargo xtask run` or `cargo xtask bench`');

/** Where pictures, logs and throw-away profiles go. */
export const target = (...parts) => join(TARGET, ...parts);

/** A built program. */
export const binary = (profile, name) => join(TARGET, profile, name);

/** Runs the command and answers its JSON lines (or, with `raw`, its text). Fails when it fails. */
export function tokenrack(profile, env, args, { raw = false } = {}) {
  const words = raw ? args : ['--json', ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(binary(profile, 'tokenrack'), words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '', err = '';
    child.stdout.setEncoding('utf8').on('data', text => (out += text));
    child.stderr.setEncoding('utf8').on('data', text => (err += text));
    child.on('error', reject).on('close', code => {
      if (code !== 0) return reject(new Error(`tokenrack ${args[0]} ended with ${code}: ${err.trim()}`));
      return resolve(raw ? out : out.split('\n').filter(Boolean).map(line => JSON.parse(line)));
    });
  });
}

/** Adds the local authorization server as a connection. */
export function addLocalDemo(profile, env, issuer, ...more) {
  const scopes = ['openid', 'profile', 'email'].flatMap(scope => ['--scope', scope]);
  return tokenrack(profile, env, ['add', issuer, '--name', 'Local demo', '--client-id', 'desktop', ...scopes, ...more]);
}

/** Ends what was started when the person presses Ctrl-C, or the machine asks. */
export function untilInterrupted(cleanUp) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, async () => {
      await cleanUp();
      process.exit(130);
    });
  }
}
