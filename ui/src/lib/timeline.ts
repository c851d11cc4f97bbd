// Where the events of a connection's life stand on one axis. Pure: the same record, the same size, the same picture.

import type { ActivityEntry } from './ipc/bindings';

/** What a line of the picture shows. Each has a name beside it, so that nothing is told by colour or shape alone. */
export type Lane = 'connected' | 'refreshed' | 'refused' | 'failed' | 'disconnected' | 'released';
export const LANES: Lane[] = ['connected', 'refreshed', 'refused', 'failed', 'disconnected', 'released'];

/** An event of the life, in milliseconds. */
export interface Moment {
  lane: Lane;
  at: number;
}

/** What the picture is of. `issued`, `end`, `signIn`: of the current token, where they are known. */
export interface Life {
  moments: Moment[];
  issued: number | null;
  end: number | null;
  signIn: number | null;
}

export type Span = 'day' | 'week' | 'month' | 'all';
const DAY = 86_400_000;
const lengths = { day: DAY, week: 7 * DAY, month: 30 * DAY };

/** Events of one lane that would overlap, or a single one. */
export interface Mark {
  from: number;
  to: number;
  first: number;
  last: number;
  count: number;
}

export interface Picture {
  /** Where the axis begins and ends, in time. */
  start: number;
  finish: number;
  now: number;
  lanes: { lane: Lane; count: number; marks: Mark[] }[];
  /** The current token. `opens`: it ends behind the edge, or nobody knows when. */
  token: { from: number; to: number; opens: boolean } | null;
  /** The next sign-in. `beyond`: behind the edge. */
  signIn: { at: number; beyond: boolean } | null;
}

/** Answers that the provider gave, and that say nothing against the connection itself. */
const PASSING = new Set(['oauth/server_error', 'oauth/rate_limited', 'oauth/unreadable_answer']);

function lane({ kind, code }: ActivityEntry): Lane | null {
  switch (kind) {
    case 'refresh_failed':
    case 'authorization_failed':
      return code?.startsWith('oauth/') && !PASSING.has(code) ? 'refused' : 'failed';
    case 'token_released':
      return 'released';
    case 'connected':
    case 'refreshed':
    case 'disconnected':
      return kind;
    default:
      return null;
  }
}

/** The lines of the record that are part of the life, oldest first. */
export function moments(entries: ActivityEntry[]): Moment[] {
  return entries
    .flatMap((entry) => {
      const its = lane(entry);
      return its === null ? [] : [{ lane: its, at: Date.parse(entry.at) }];
    })
    .sort((a, b) => a.at - b.at);
}

const oldest = (events: Moment[], now: number): number => Math.min(now, events[0]?.at ?? now);

/** Those that show more than the one before. */
export function spans(events: Moment[], now: number): Span[] {
  const age = now - oldest(events, now);
  const shorter = (['day', 'week', 'month'] as const).filter((_, n, all) => {
    const before = all[n - 1];
    return before === undefined || age > lengths[before];
  });
  return age > lengths.month ? [...shorter, 'all'] : shorter;
}

/** So many events tell something. */
const TELLING = 3;

/** The shortest that tells something. */
export function usual(events: Moment[], now: number): Span {
  const wanted = events[Math.max(0, events.length - TELLING)]?.at ?? now;
  const fits = (span: Span): boolean => span === 'all' || now - wanted <= lengths[span];
  return spans(events, now).find(fits) ?? 'all';
}

/** Draws into so many units of width; a mark is `mark` wide, and a count one `digit` more for each digit. */
export function draw(
  life: Life,
  span: Span,
  now: number,
  size: { width: number; mark: number; digit: number },
): Picture {
  const length = span === 'all' ? Math.max(DAY, now - oldest(life.moments, now)) : lengths[span];
  const start = now - length;
  const ahead = [life.end, life.signIn].filter((at) => at !== null).map((at) => at - now);
  // Of what lies ahead a third of what is shown of the past, at most.
  const reach = Math.max(length * 0.06, ...ahead.map((ms) => Math.min(ms * 1.05, length / 3)));
  const finish = now + reach;
  const x = (at: number): number => ((at - start) / (finish - start)) * size.width;
  const inside = (at: number): number => Math.min(size.width, Math.max(0, x(at)));

  const shown = life.moments.filter(({ at }) => at >= start && at <= now);
  const lanes = LANES.map((lane) => {
    const own = shown.filter((moment) => moment.lane === lane);
    return { lane, count: own.length, marks: cluster(own, x, size) };
  }).filter(({ count }) => count > 0);

  const over = life.end !== null && life.end < start;
  const token =
    life.issued === null || over
      ? null
      : { from: inside(life.issued), to: inside(life.end ?? finish), opens: life.end === null || life.end > finish };
  const signIn =
    life.signIn === null || life.signIn < now ? null : { at: inside(life.signIn), beyond: life.signIn > finish };
  return { start, finish, now: x(now), lanes, token, signIn };
}

/** Joins what would overlap; a joined mark is as wide as its events lie apart, and wide enough for its count. */
function cluster(
  events: Moment[],
  x: (at: number) => number,
  { width, mark, digit }: { width: number; mark: number; digit: number },
): Mark[] {
  const marks: Mark[] = [];
  const make = (first: number, last: number, count: number): Mark => {
    const least = count === 1 ? mark : mark + String(count).length * digit;
    const wide = Math.min(width, Math.max(least, x(last) - x(first) + mark));
    const middle = (x(first) + x(last)) / 2;
    const from = Math.min(width - wide / 2, Math.max(wide / 2, middle)) - wide / 2;
    return { from, to: from + wide, first, last, count };
  };
  for (const { at } of events) {
    let next = make(at, at, 1);
    // A mark that has grown may reach the one before.
    for (let before = marks.at(-1); before && before.to > next.from; before = marks.at(-1)) {
      marks.pop();
      next = make(before.first, next.last, before.count + next.count);
    }
    marks.push(next);
  }
  return marks;
}
