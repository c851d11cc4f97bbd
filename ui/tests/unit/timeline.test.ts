import { describe, expect, it } from 'vitest';

import type { ActivityEntry, ActivityKind } from '../../src/lib/ipc/bindings';
import { draw, moments, spans, usual, type Life, type Moment, type Span } from '../../src/lib/timeline';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = Date.parse('2026-11-21T12:00:00Z');
const size = { width: 240, mark: 10, digit: 6 };

const refreshed = (...before: number[]): Moment[] =>
  before.map((ms) => ({ lane: 'refreshed' as const, at: now - ms })).sort((a, b) => a.at - b.at);
const life = (events: Moment[], more: Partial<Life> = {}): Life => ({
  moments: events,
  issued: null,
  end: null,
  signIn: null,
  ...more,
});
const picture = (events: Moment[], span: Span = 'day', more: Partial<Life> = {}) =>
  draw(life(events, more), span, now, size);

describe('moments', () => {
  const line = (kind: ActivityKind, code: string | null = null): ActivityEntry => ({
    seq: 1,
    at: '2026-11-21T11:00:00Z',
    connection: 'c',
    connection_name: 'C',
    kind,
    channel: 'engine',
    code,
    detail: null,
  });
  it.each([
    ['connected', null, 'connected'],
    ['refreshed', null, 'refreshed'],
    ['refresh_failed', 'oauth/invalid_grant', 'refused'],
    ['authorization_failed', 'oauth/access_denied', 'refused'],
    ['refresh_failed', 'network/offline', 'failed'],
    ['refresh_failed', 'oauth/server_error', 'failed'],
    ['refresh_failed', 'vault/unsaved', 'failed'],
    ['disconnected', null, 'disconnected'],
    ['token_released', null, 'released'],
  ] as const)('%s with %s is %s', (kind, code, lane) =>
    expect(moments([line(kind, code)])).toEqual([{ lane, at: now - HOUR }]),
  );
  it('leave out what changes no token, and come oldest first', () => {
    const early = { ...line('connected'), at: '2026-11-20T11:00:00Z' };
    expect(moments([line('edited'), line('refreshed'), early]).map((m) => m.lane)).toEqual(['connected', 'refreshed']);
  });
});

describe('spans', () => {
  it('are those that show more than the one before', () => {
    expect(spans([], now)).toEqual(['day']);
    expect(spans(refreshed(DAY), now)).toEqual(['day']);
    expect(spans(refreshed(2 * DAY), now)).toEqual(['day', 'week']);
    expect(spans(refreshed(8 * DAY), now)).toEqual(['day', 'week', 'month']);
    expect(spans(refreshed(31 * DAY, HOUR), now)).toEqual(['day', 'week', 'month', 'all']);
  });
  it('begin with the shortest that tells something', () => {
    expect(usual([], now)).toBe('day');
    expect(usual(refreshed(HOUR), now)).toBe('day');
    expect(usual(refreshed(60 * DAY), now)).toBe('all');
    expect(usual(refreshed(60 * DAY, 3 * HOUR, 2 * HOUR, HOUR), now)).toBe('day');
    expect(usual(refreshed(60 * DAY, 3 * DAY, 2 * HOUR, HOUR), now)).toBe('week');
  });
});

describe('a picture', () => {
  it('keeps apart what can be told apart, and counts what cannot', () => {
    const [lane] = picture(refreshed(20 * HOUR, 10 * HOUR, 2000, 1000, 0)).lanes;
    expect(lane?.count).toBe(5);
    expect(lane?.marks.map(({ count }) => count)).toEqual([1, 1, 3]);
  });

  it('lets no two marks of a lane overlap and none leave the picture, however many there are', () => {
    const many = Array.from({ length: 500 }, (_, n) => ((n * 7919) % 86_000) * 1000);
    for (const events of [refreshed(...many), refreshed(...many.slice(0, 20)), refreshed(0, DAY)]) {
      const marks = picture(events).lanes[0]?.marks ?? [];
      expect(marks.reduce((sum, { count }) => sum + count, 0)).toBe(events.length);
      expect(marks[0]?.from).toBeGreaterThanOrEqual(0);
      expect(marks.at(-1)?.to).toBeLessThanOrEqual(size.width);
      marks.slice(1).forEach((mark, n) => expect(mark.from).toBeGreaterThanOrEqual(marks[n]?.to ?? 0));
    }
  });

  it('has room for every count', () => {
    for (const { from, to, count } of picture(refreshed(...Array.from({ length: 120 }, (_, n) => n))).lanes[0]?.marks ??
      [])
      expect(to - from).toBeGreaterThanOrEqual(size.mark + String(count).length * size.digit);
  });

  it('shows a lane only where something happened in the span', () => {
    const events = [{ lane: 'connected' as const, at: now - 3 * DAY }, ...refreshed(HOUR)];
    expect(picture(events).lanes.map(({ lane }) => lane)).toEqual(['refreshed']);
    expect(picture(events, 'week').lanes.map(({ lane }) => lane)).toEqual(['connected', 'refreshed']);
  });

  it('leaves the future a third of the past at most, and says what lies behind the edge', () => {
    const near = picture([], 'day', { issued: now - HOUR, end: now + HOUR });
    expect(near.token).toMatchObject({ opens: false });
    expect(near.token?.to).toBeLessThan(size.width);
    const far = picture([], 'day', { issued: now - 2 * DAY, end: now + 90 * DAY, signIn: now + 90 * DAY });
    expect(far.token).toEqual({ from: 0, to: size.width, opens: true });
    expect(far.signIn).toEqual({ at: size.width, beyond: true });
    expect(far.now).toBeCloseTo(size.width * 0.75);
  });

  it('draws a token without a known end to the edge, and none that ended before it begins', () => {
    expect(picture([], 'day', { issued: now - HOUR }).token).toMatchObject({ to: size.width, opens: true });
    expect(picture([], 'day', { issued: now - 3 * DAY, end: now - 2 * DAY }).token).toBeNull();
    expect(picture([], 'day', { issued: now - 3 * HOUR, end: now - HOUR }).token?.to).toBeLessThan(picture([]).now);
  });

  it('shows all there is, from the oldest on', () => {
    const all = picture(refreshed(100 * DAY, HOUR), 'all');
    expect(all.start).toBe(now - 100 * DAY);
    expect(all.lanes[0]?.marks[0]?.from).toBe(0);
  });
});
