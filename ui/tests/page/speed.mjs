// Measures the table in a real Chromium, against the built fake: `npm run speed`. What counts is the time of the page's
// own thread, so that a busy machine makes nothing slower than it is.

import { stage } from './harness.mjs';

const it = await stage();

function spread(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  return `p50 ${at(0.5).padStart(6)} ms   p95 ${at(0.95).padStart(6)} ms`;
}
const say = (what, times) => process.stdout.write(`${what.padEnd(36)} ${spread(times)}\n`);

/** The page's work until now: script, style, layout and the rest of its thread. */
async function meter(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  };
}
const frame = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));

/** What each step costs until the page has been brought up to date and laid out. */
async function timed(page, steps, act) {
  const spent = await meter(page);
  const times = [];
  for (const step of steps) {
    await frame(page);
    const before = await spent();
    await page.evaluate(act, step);
    await frame(page);
    times.push((await spent()) - before);
  }
  return times;
}

/** Until the first row is there: the rest of the page weighs the same with any number of them. */
async function opening(scene) {
  const times = [];
  for (let i = 0; i < 6; i += 1) {
    const { page, close } = await it.open(scene);
    const spent = await meter(page);
    const before = await spent();
    await page.reload();
    await page.waitForSelector('[data-row]');
    await frame(page);
    times.push((await spent()) - before);
    await close();
  }
  return times.slice(1);
}

const type = (words) => {
  const input = document.querySelector('#filter');
  input.value = words;
  input.dispatchEvent(new Event('input', { bubbles: true }));
};
const scroll = (top) => (document.querySelector('.table').scrollTop = top);

for (const scene of ['full-50', 'full-1000']) say(`${scene}: opening`, await opening(scene));
for (const grouping of ['nothing', 'provider']) {
  const { page, close } = await it.open('full-1000', { query: `&group=${grouping}` });
  await page.waitForSelector('[data-row]');
  const name = (what) => `by ${grouping}: ${what}`;
  const words = ['g', 'gi', 'git', 'gith', 'github', 'github w', 'github wo', 'github', 'g', ''];
  say(name('a keystroke'), await timed(page, [...words, ...words, ...words], type));
  const tops = Array.from({ length: 100 }, (_, n) => n * 330);
  say(name('a frame of scrolling'), await timed(page, tops, scroll));
  await frame(page);
  const spent = await meter(page);
  const ticks = [];
  for (let i = 0; i < 6; i += 1) {
    const before = await spent();
    await page.waitForTimeout(1000);
    ticks.push((await spent()) - before);
  }
  say(name('a second’s tick'), ticks);
  await close();
}
await it.close();
