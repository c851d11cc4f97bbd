// The activity record of the fake, asked the way the engine is.

import type { ActivityEntry, ActivityFilter, ActivityKind, ConnectionView, Topic } from './bindings';
import { at } from './fake-data';

const MINUTE = 60_000;

const kinds: Record<Topic, ActivityKind[]> = {
  sign_ins: [
    'authorization_started',
    'connected',
    'authorization_failed',
    'authorization_cancelled',
    'callback_refused',
  ],
  refreshes: ['refreshed', 'refresh_failed', 'introspected'],
  releases: ['token_released'],
  failures: [
    'authorization_failed',
    'callback_refused',
    'refresh_failed',
    'revocation_failed',
    'revocation_given_up',
    'revocation_unknown',
  ],
  changes: [
    'added',
    'edited',
    'disconnected',
    'revoked',
    'revocation_unsupported',
    'forgotten',
    'exported',
    'imported',
    'backed_up',
    'restored',
  ],
};

/** What happened so long ago, in milliseconds. */
export function line(view: ConnectionView, kind: ActivityKind, ago: number): ActivityEntry {
  const released = kind === 'token_released';
  return {
    seq: 0,
    at: at(-ago),
    connection: view.id,
    connection_name: view.name,
    kind,
    channel: released ? 'command' : kind === 'refreshed' || kind === 'refresh_failed' ? 'engine' : 'app',
    code: kind === 'refresh_failed' ? 'network/offline' : null,
    detail: released ? 'raw' : null,
  };
}

/** A morning of each connection, and its newest event. */
export function past(views: ConnectionView[]): ActivityEntry[] {
  const story: [ActivityKind, number][] = [
    ['added', 3000],
    ['authorization_started', 2999],
    ['connected', 2998],
    ['refresh_failed', 180],
    ['token_released', 120],
    ['refreshed', 60],
  ];
  const lines = views.flatMap((view, n) => [
    ...story.map(([kind, minutes]) => line(view, kind, (minutes + n) * MINUTE)),
    { ...line(view, view.last_event.kind, 0), at: view.last_event.at, code: view.last_event.code },
  ]);
  return lines.sort((a, b) => a.at.localeCompare(b.at)).map((entry, seq) => ({ ...entry, seq: seq + 1 }));
}

export function list(records: ActivityEntry[], filter: ActivityFilter): ActivityEntry[] {
  const words = (filter.words ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return records
    .filter(
      (entry) =>
        (filter.connection === undefined || entry.connection === filter.connection) &&
        (filter.topic === undefined || kinds[filter.topic].includes(entry.kind)) &&
        (filter.channel === undefined || entry.channel === filter.channel) &&
        (filter.since === undefined || entry.at >= filter.since) &&
        (filter.before === undefined || entry.seq < filter.before) &&
        (filter.after === undefined || entry.seq > filter.after) &&
        words.every((word) => `${entry.connection_name} ${entry.code} ${entry.detail}`.toLowerCase().includes(word)),
    )
    .sort((a, b) => b.seq - a.seq)
    .slice(0, filter.limit ?? 200);
}
