// `tokenrack token` with a valid token in an unlocked gnome-keyring, a fresh process each time, beside
// `secret-tool lookup` of as many bytes and a process that does nothing.
import { spawn } from 'node:child_process';
import { binary } from '../run/tools.mjs';
import { median, ms, quantile } from './numbers.mjs';

const ROUNDS = 100;

export async function measure(session, name) {
  // The size of what our vault item holds: the tokens of one connection.
  const size = await largestItem(session);
  await session.run('secret-tool', ['store', '--label=a peer', 'bench', 'peer'], { input: 'x'.repeat(size) });
  const times = await race(session.env, {
    rounds: ROUNDS,
    runners: {
      ours: [binary('release', 'tokenrack'), 'token', name],
      peer: ['secret-tool', 'lookup', 'bench', 'peer'],
      nothing: ['/bin/true'],
    },
  });
  const at = part => Object.fromEntries(Object.entries(times).map(([who, list]) => [who, quantile(list, part) / 1000]));
  const [mid, late] = [at(0.5), at(0.95)];
  return [
    { what: `tokenrack token, median of ${ROUNDS}`, ours: ms(mid.ours), peer: `secret-tool lookup, ${size} bytes: ${ms(mid.peer)}`,
      ratio: (mid.ours / mid.peer).toFixed(2), promise: 'ratio < 1', kept: mid.ours < mid.peer },
    { what: '', ours: '', peer: `a bare process: ${ms(mid.nothing)}`, ratio: (mid.ours / mid.nothing).toFixed(1) },
    { what: '  95 of 100 within', ours: ms(late.ours), peer: `secret-tool lookup: ${ms(late.peer)}`, ratio: (late.ours / late.peer).toFixed(2) },
  ];
}

async function largestItem(session) {
  const found = await session.run('secret-tool', ['search', '--all', 'service', 'dev.tokenrack.desktop']).catch(() => '');
  const sizes = [...found.matchAll(/^secret = (.*)$/gm)].map(([, value]) => value.length);
  return Math.max(2000, ...sizes);
}

function race(env, order) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.env.XTASK, ['race'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', text => (out += text));
    child.on('error', reject).on('close', code => (code === 0 ? resolve(JSON.parse(out)) : reject(new Error('the race was not run'))));
    child.stdin.end(JSON.stringify(order));
  });
}
