// How instants and spans are written. Presentation only: whether something has expired is the core's to say.

import { text } from './text';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (n: number): string => String(n).padStart(2, '0');

/** Milliseconds until an instant, never negative. */
export function until(instant: string, now: number): number {
  return Math.max(0, Date.parse(instant) - now);
}

/** What is left: `0:27`, `43:07`, `6 h 12 min`, `3 d 4 h`. Rounded up, so that 0:00 means over. */
export function span(ms: number): string {
  const seconds = Math.ceil(ms / SECOND);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  if (ms < 2 * DAY) return text.time.hours(Math.floor(seconds / 3600), two(Math.floor((seconds % 3600) / 60)));
  return text.time.days(Math.floor(ms / DAY), Math.floor((ms % DAY) / HOUR));
}

/** The same for `<time datetime>`, and no finer: what nobody sees change must not cost every row a change a second. */
export function isoSpan(ms: number): string {
  const seconds = Math.ceil(ms / SECOND);
  return seconds < 3600 ? `PT${seconds}S` : `PT${Math.floor(seconds / 60)}M`;
}

/** How long ago, coarsely: `now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`. */
export function ago(instant: string, now: number): string {
  const ms = now - Date.parse(instant);
  if (ms < 5 * SECOND) return text.time.justNow;
  if (ms < MINUTE) return text.time.secondsAgo(Math.floor(ms / SECOND));
  if (ms < HOUR) return text.time.minutesAgo(Math.floor(ms / MINUTE));
  if (ms < DAY) return text.time.hoursAgo(Math.floor(ms / HOUR));
  return text.time.daysAgo(Math.floor(ms / DAY));
}

/** The same without "ago", for a column: fifty rows that count seconds are no quiet console. */
export function age(instant: string, now: number): string {
  const ms = Math.max(0, now - Date.parse(instant));
  if (ms < MINUTE) return text.time.now;
  if (ms < HOUR) return text.time.minutes(Math.floor(ms / MINUTE));
  if (ms < DAY) return text.time.wholeHours(Math.floor(ms / HOUR));
  return text.time.wholeDays(Math.floor(ms / DAY));
}

/** `14:32`, or with the day when it is not today. */
export function clock(instant: string, now: number): string {
  const at = new Date(instant);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return at.toDateString() === new Date(now).toDateString() ? time : text.time.dayAndTime(day(instant), time);
}

/** `14:32:05`. */
export function timeOfDay(instant: string): string {
  const at = new Date(instant);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `24 Nov`, with the year when it is not this one. */
export function day(instant: string): string {
  const at = new Date(instant);
  const sameYear = at.getFullYear() === new Date().getFullYear();
  return at.toLocaleDateString(text.locale, { day: 'numeric', month: 'short', year: sameYear ? undefined : 'numeric' });
}

/** How much of a span has passed at `now`, 0 to 1. */
export function passed(from: string, to: string, now: number): number {
  const start = Date.parse(from);
  const whole = Date.parse(to) - start;
  return whole <= 0 ? 1 : Math.min(1, Math.max(0, (now - start) / whole));
}
