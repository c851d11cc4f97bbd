// Records of so many lines, as lives leave them, for the picture of a connection's life.

import type { ActivityEntry, ActivityKind, ConnectionView } from './bindings';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Line = [kind: ActivityKind, before: number, code?: string];

/** A sign-in, then a refresh an hour; now and then a token is handed out, a network fails, a provider refuses. */
function lines(count: number): Line[] {
  const all: Line[] = [['connected', 17 * MINUTE]];
  for (let hour = 1; all.length < count; hour += 1) {
    const before = 17 * MINUTE + hour * HOUR;
    if (hour % 90 === 70) all.push(['connected', before], ['disconnected', before + 20 * MINUTE]);
    else if (hour % 41 === 40)
      all.push(['connected', before], ['refresh_failed', before + HOUR / 2, 'oauth/invalid_grant']);
    else if (hour % 13 > 10) all.push(['refresh_failed', before, 'network/offline']);
    else all.push(['refreshed', before]);
    if (hour % 4 === 1) all.push(['token_released', before + 5 * MINUTE]);
  }
  return all.slice(0, count);
}

export function lived(view: ConnectionView, count: number): ActivityEntry[] {
  return lines(count).map(([kind, before, code], n) => ({
    seq: count - n,
    at: new Date(Date.now() - before).toISOString(),
    connection: view.id,
    connection_name: view.name,
    kind,
    channel: kind === 'token_released' ? 'command' : kind === 'connected' ? 'deep_link' : 'engine',
    code: code ?? null,
    detail: kind === 'token_released' ? 'header' : null,
  }));
}
