import { describe, expect, it } from 'vitest';

import { age, ago, clock, isoSpan, passed, span, until } from '../../src/lib/time';

const now = Date.parse('2026-11-21T12:00:00Z');
const after = (seconds: number): string => new Date(now + seconds * 1000).toISOString();

describe('span', () => {
  it.each([
    [0, '0:00'],
    [1, '0:01'],
    [999, '0:01'],
    [59_000, '0:59'],
    [59_001, '1:00'],
    [3_599_000, '59:59'],
    [3_599_500, '1 h 00 min'],
    [3_600_000, '1 h 00 min'],
    [47 * 3_600_000, '47 h 00 min'],
    [76 * 3_600_000, '3 d 4 h'],
  ])('%i ms is %s', (ms, words) => expect(span(ms)).toBe(words));

  it('is written for programs no finer than for people', () => {
    expect(isoSpan(59_001)).toBe('PT60S');
    expect(isoSpan(7_199_000)).toBe('PT119M');
  });

  it('is never negative', () => expect(until(after(-5), now)).toBe(0));
});

describe('ago', () => {
  it.each([
    [1, 'just now', 'now'],
    [12, '12 s ago', 'now'],
    [61, '1 min ago', '1 min'],
    [7200, '2 h ago', '2 h'],
    [200_000, '2 d ago', '2 d'],
    [-30, 'just now', 'now'],
  ])('%i s', (seconds, long, short) => {
    expect(ago(after(-seconds), now)).toBe(long);
    expect(age(after(-seconds), now)).toBe(short);
  });
});

describe('passed', () => {
  it('stays between 0 and 1, whatever the clock says', () => {
    expect(passed(after(0), after(10), now + 5000)).toBe(0.5);
    expect(passed(after(0), after(10), now - 5000)).toBe(0);
    expect(passed(after(0), after(10), now + 50_000)).toBe(1);
    expect(passed(after(10), after(0), now)).toBe(1);
  });
});

it('names the day when it is not today', () => {
  expect(clock(after(0), now)).toMatch(/^\d\d:\d\d$/);
  expect(clock(after(3 * 86_400), now)).toMatch(/^24 Nov \d\d:\d\d$/);
});
