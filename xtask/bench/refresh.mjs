// A thousand connections that are all due, refreshed in the background; one that a person refreshes; and the command
// that has to refresh before it can hand out a token.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { binary } from '../run/tools.mjs';
import { busy, median, ms, quantile } from './numbers.mjs';

const COUNT = Number(process.env.BENCH_CONNECTIONS ?? 1000);
const ROUNDS = 30;
const run = promisify(execFile);
const now = () => performance.timeOrigin + performance.now();

/** A profile of its own with so many connections, and what it took to refresh them. */
export async function many(session, folder, count) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const endpoint = `http://127.0.0.1:${server.address().port}/token`;
    const env = { ...session.env, TOKENRACK_HOME: folder };
    return JSON.parse((await run(binary('release', 'examples/refresh'), [count, endpoint].map(String), { env })).stdout);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** `session` has a keychain of its own; `folder` is for a profile of its own. */
export async function measure(session, folder) {
  const found = await many(session, folder, COUNT);
  const slower = Math.max(found.posts_us, found.writes_us);
  const alone = found.forced_us - found.post_us - found.write_us;
  const seconds = us => `${(us / 1e6).toFixed(1)} s`;
  return [
    { what: `${found.count} due connections refreshed`, ours: seconds(found.all_us),
      peer: `the same requests: ${seconds(found.posts_us)}, the keychain's own writes: ${seconds(found.writes_us)}`,
      ratio: (found.all_us / slower).toFixed(2), promise: 'ratio < 1.2', kept: found.all_us < 1.2 * slower },
    { what: '  the longest that a face waited for a view meanwhile', ours: ms(found.longest_look_us / 1000) },
    { what: 'one forced refresh, median of 20', ours: ms(found.forced_us / 1000),
      peer: `a request and a keychain write: ${ms((found.post_us + found.write_us) / 1000)}`,
      ratio: '', promise: '+ < 20 ms', kept: alone < 20_000 },
  ];
}

/** What is brought lives for two seconds, what is renewed for two hours. */
function answer(request, response) {
  let body = '';
  request.setEncoding('utf8').on('data', text => (body += text)).on('end', () => {
    const brought = body.includes('brought');
    const token = { access_token: 'a'.repeat(900), refresh_token: `renewed-${Math.random()}`, token_type: 'bearer',
      expires_in: brought ? 2 : 7200 };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(token));
  });
}

/** `tokenrack token` that must refresh first, less the provider's own time. */
export async function token(session, name, timingFile) {
  const times = [], theirs = [];
  for (let round = 0; round <= ROUNDS; round++) {
    await rm(timingFile, { force: true });
    const from = now();
    const child = spawn(binary('release', 'tokenrack'), ['token', name, '--min-valid', '24h'], { env: session.env, stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = await once(child, 'close');
    const to = now();
    if (code !== 0) throw new Error(`tokenrack token ended with ${code}`);
    const lines = (await readFile(timingFile, 'utf8')).trim().split('\n').map(line => JSON.parse(line));
    const provider = busy(lines, from, to);
    if (round > 0) times.push(to - from - provider), theirs.push(provider);
  }
  return [
    { what: `tokenrack token that must refresh, median of ${ROUNDS}`, ours: ms(median(times)),
      peer: `the provider's own time, taken off: ${ms(median(theirs))}`, promise: '< 40 ms', kept: median(times) < 40 },
    { what: '  95 of 100 within', ours: ms(quantile(times, 0.95)) },
  ];
}
