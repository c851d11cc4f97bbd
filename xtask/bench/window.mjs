// From starting the program to the first picture with something to read on it, and to the one it settles on, beside a
// bare Tauri window with one line of text. Seen from outside, in the virtual display's own memory.
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { binary } from '../run/tools.mjs';
import { median, ms } from './numbers.mjs';

const ROUNDS = 20;
const STEP = 4; // every fourth pixel of every fourth line

/** `fifty` and `thousand` are profiles with so many connections, beside the session's own with one. */
export async function measure(session, frames, fifty, thousand) {
  const screen = new Screen(join(frames, 'Xvfb_screen0'));
  const times = { app: [], fifty: [], thousand: [], bare: [] };
  const firsts = { app: [], fifty: [], thousand: [], bare: [] };
  const app = binary('release', 'tokenrack-desktop');
  const programs = { app: [app], fifty: [app, { TOKENRACK_HOME: fifty }], thousand: [app, { TOKENRACK_HOME: thousand }],
    bare: [binary('release', 'examples/bare')] };
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [who, [program, env]] of Object.entries(programs)) {
        const { first, settled } = await painted(session, screen, program, env);
        if (round === 0) continue;
        times[who].push(settled);
        firsts[who].push(first);
      }
    }
  } finally {
    screen.close();
  }
  const [ours, many, bare] = [times.app, times.fifty, times.bare].map(median);
  const [first, fiftyFirst, thousandFirst] = [firsts.app, firsts.fifty, firsts.thousand].map(median);
  return [
    { what: `window painted, median of ${ROUNDS}`, ours: ms(ours), peer: `a bare Tauri window: ${ms(bare)}`,
      ratio: (ours / bare).toFixed(2), promise: 'ratio < 1.3', kept: ours / bare < 1.3 },
    { what: '  with fifty connections, the first paint', ours: ms(fiftyFirst), peer: `with one: ${ms(first)}`,
      ratio: (fiftyFirst / first).toFixed(2), promise: '+ < 20 ms', kept: fiftyFirst - first < 20 },
    { what: '  and until nothing moves any more', ours: ms(many), peer: `with one: ${ms(ours)}`,
      ratio: (many / ours).toFixed(2) },
    { what: '  with a thousand, the first paint', ours: ms(thousandFirst), peer: `with fifty: ${ms(fiftyFirst)}`,
      ratio: (thousandFirst / fiftyFirst).toFixed(2), promise: 'ratio < 2', kept: thousandFirst / fiftyFirst < 2 },
  ];
}

async function painted(session, screen, program, env = {}) {
  const empty = screen.look();
  const started = performance.now();
  const child = session.spawn(program, [], { stdio: 'ignore', env: { ...session.env, ...env } });
  const seen = [];
  let last = empty;
  try {
    // Until nothing has moved for a second and a half.
    for (let moved = started; performance.now() - moved < 1500 || seen.length === 0;) {
      if (performance.now() - started > 20_000) throw new Error(`${program} painted nothing`);
      const look = screen.look();
      const at = performance.now();
      if (!same(look, last)) {
        seen.push({ at, look });
        // A countdown that ticks is not a window that is still being painted.
        if (difference(look, last) > 0.002) moved = at;
        last = look;
      }
      await sleep(4);
    }
  } finally {
    const gone = new Promise(resolve => child.once('exit', resolve));
    child.kill();
    await gone;
  }
  await until(() => same(screen.look(), empty));
  // The first picture after which hardly anything changed.
  const settled = seen.findLastIndex(({ look }) => difference(look, last) > 0.01) + 1;
  const first = seen.find(({ look }) => readable(look)) ?? seen[settled];
  return { first: first.at - started, settled: seen[settled].at - started };
}

/** Letters have soft edges: an empty window, whatever its colour, has a handful of colours. */
function readable(look) {
  return new Set(new Uint32Array(look.buffer, look.byteOffset, look.length / 4)).size > 24;
}

const same = (a, b) => Buffer.compare(a, b) === 0;

function difference(a, b) {
  const [left, right] = [a, b].map(look => new Uint32Array(look.buffer, look.byteOffset, look.length / 4));
  let other = 0;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) other++;
  return other / left.length;
}

async function until(condition) {
  for (let tries = 0; tries < 500; tries++) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error('the window did not go away');
}

/** Xvfb's framebuffer file, an X window dump that changes as the screen does. */
class Screen {
  constructor(path) {
    this.file = openSync(path, 'r');
    const head = Buffer.alloc(100);
    readSync(this.file, head, 0, 100, 0);
    const field = index => head.readUInt32BE(index * 4);
    this.start = field(0) + field(19) * 12; // the header, then the colour map
    this.height = field(5);
    this.line = field(12);
    this.pixels = Buffer.alloc(this.line * this.height);
  }

  look() {
    readSync(this.file, this.pixels, 0, this.pixels.length, this.start);
    const all = new Uint32Array(this.pixels.buffer, this.pixels.byteOffset, this.pixels.length / 4);
    const width = this.line / 4;
    const some = new Uint32Array(Math.ceil(width / STEP) * Math.ceil(this.height / STEP));
    let next = 0;
    for (let y = 0; y < this.height; y += STEP) for (let x = 0; x < width; x += STEP) some[next++] = all[y * width + x];
    return Buffer.from(some.buffer);
  }

  close() {
    closeSync(this.file);
  }
}
