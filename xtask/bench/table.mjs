// The table with a thousand connections in the real window: typing in the filter, scrolling, and a second in which nothing
// happens but the countdown.
import { setTimeout as sleep } from 'node:timers/promises';
import { binary } from '../run/tools.mjs';
import { Window } from '../run/window.mjs';
import { ms, quantile } from './numbers.mjs';
import { family, name, worked } from './processes.mjs';

const SECONDS = 20;
const WORDS = ['1', '12', '123', '12', '1', '9', '99', '999', '99', ''];

/** From each letter to the frame in which it is seen. */
const TYPED = `
  const [words, done] = arguments;
  const field = document.querySelector('#filter'), times = [];
  const next = () => {
    if (times.length === words.length) return done(times);
    const began = performance.now();
    field.value = words[times.length];
    field.dispatchEvent(new Event('input', { bubbles: true }));
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { times.push(performance.now() - began); setTimeout(next, 20); };
      port2.postMessage(0);
    });
  };
  next();`;

/** From frame to frame while the table scrolls. */
const SCROLLED = `
  const [step, count, done] = arguments;
  const table = document.querySelector('.table'), times = [];
  let last;
  const frame = at => {
    if (last !== undefined) times.push(at - last);
    last = at;
    table.scrollTop += step;
    if (times.length < count) requestAnimationFrame(frame);
    else done(times);
  };
  requestAnimationFrame(frame);`;

/** `fifty` and `thousand` are profiles with so many connections. */
export async function measure(session, fifty, thousand) {
  const [many, few] = [await look(session, thousand), await look(session, fifty)];
  const row = (what, of, limit, value = of(many), beside = of(few)) => ({ what, ours: ms(value), peer: `with fifty: ${ms(beside)}`,
    ratio: (value / beside).toFixed(2), promise: `< ${limit} ms`, kept: value < limit });
  return [
    row('a thousand connections: a letter in the filter, 95 of 100 within', times => quantile(times.letters, 0.95), 50),
    row('  a frame of scrolling, 95 of 100 within', times => quantile(times.frames, 0.95), 33),
    row(`  a second's tick, of ${SECONDS}`, times => times.tick, 4),
  ];
}

async function look(session, profile) {
  const window = await Window.open(session, binary('release', 'tokenrack-desktop'), { env: { TOKENRACK_HOME: profile } });
  try {
    await window.find('[data-row]');
    await sleep(2000);
    const letters = await window.later(TYPED, [...WORDS, ...WORDS, ...WORDS]);
    const frames = await window.later(SCROLLED, 120, 200);
    await window.script("document.querySelector('.table').scrollTop = 0; document.activeElement.blur();");
    // What typing and scrolling leave behind is cleared up in the seconds after.
    await sleep(10_000);
    const page = family(window.driver.pid).find(pid => name(pid).startsWith('WebKitWebProc'));
    const before = worked(page);
    await sleep(SECONDS * 1000);
    return { letters, frames, tick: (worked(page) - before) / SECONDS };
  } finally {
    await window.close();
  }
}
