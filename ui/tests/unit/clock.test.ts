import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Clock } from '../../src/lib/state/clock.svelte';

const SECOND = 1000;
const start = Date.parse('2026-11-21T12:00:00Z');
const after = (seconds: number): string => new Date(start + seconds * SECOND).toISOString();
const clock = (): Clock => {
  const clock = new Clock();
  clock.start();
  return clock;
};

beforeEach(() => {
  vi.useFakeTimers({ now: start });
  vi.stubGlobal('document', { hidden: false, addEventListener: () => undefined });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('counts to the second what is near, and every ten seconds what is written in minutes', () => {
  const it = clock();
  vi.advanceTimersByTime(9 * SECOND);
  expect(it.towards(after(3600))).toBe(start + 9 * SECOND);
  expect(it.towards(after(-3600))).toBe(start + 9 * SECOND);
  expect(it.towards(after(3700))).toBe(start);
  vi.advanceTimersByTime(SECOND);
  expect(it.towards(after(3700))).toBe(start + 10 * SECOND);
});

it('never shows seconds that stand still', () => {
  const it = clock();
  for (let n = 1; n < 200; n += 1) {
    vi.advanceTimersByTime(SECOND);
    const end = after(3700);
    const left = Date.parse(end) - it.towards(end);
    if (left < 3600 * SECOND) expect(left).toBe(Date.parse(end) - Date.now());
  }
});

it('counts from the moment at which something has happened', () => {
  const it = clock();
  vi.setSystemTime(start + 700);
  it.catchUp();
  expect(it.towards(after(7200))).toBe(start + 700);
});

it('follows a system clock that is set back', () => {
  const it = clock();
  vi.setSystemTime(start - 3600 * SECOND);
  vi.advanceTimersByTime(SECOND);
  expect(it.towards(after(7200))).toBeLessThan(start);
});
