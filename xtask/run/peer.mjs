// The local authorization server, a certified one, on a port of its own.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../tests/peers/oidc.mjs', import.meta.url));

/** Starts it and answers its issuer; it ends with this process at the latest. */
export async function startPeer({ nodeArgs = [], env = {} } = {}) {
  const child = spawn(process.execPath, [...nodeArgs, SCRIPT, '--with-parent'], {
    stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env },
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', text => (complaints += text));
  const issuer = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      if (line.startsWith('READY ')) resolve(line.slice('READY '.length).trim());
    });
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`the authorization server ended with ${code}: ${complaints.trim()}`)));
  });
  return { issuer, child, stop: () => child.stdin.end() };
}
