// What each status means to the page: its tone, its place in the order, and whether a person must act.

import type { ConnectionView, StatusKind } from './ipc/bindings';

export type Tone = 'quiet' | 'info' | 'ok' | 'warn' | 'danger';

interface Meaning {
  tone: Tone;
  /** Lower comes first. Statuses that follow one another by themselves share a rank, so that rows keep their place. */
  rank: number;
  /** Only a person helps. */
  needsPerson: boolean;
  /** The token can be used now. */
  usable: boolean;
}

const meanings: Record<StatusKind, Meaning> = {
  unsaved: { tone: 'danger', rank: 0, needsPerson: true, usable: true },
  provider_error: { tone: 'danger', rank: 1, needsPerson: true, usable: false },
  action_needed: { tone: 'warn', rank: 1, needsPerson: true, usable: false },
  keychain_locked: { tone: 'warn', rank: 2, needsPerson: true, usable: false },
  expired: { tone: 'warn', rank: 2, needsPerson: true, usable: false },
  waiting_for_browser: { tone: 'info', rank: 3, needsPerson: false, usable: false },
  offline: { tone: 'quiet', rank: 4, needsPerson: false, usable: false },
  retrying: { tone: 'info', rank: 4, needsPerson: false, usable: false },
  expires_soon: { tone: 'warn', rank: 5, needsPerson: false, usable: true },
  refreshing: { tone: 'info', rank: 6, needsPerson: false, usable: true },
  connected: { tone: 'ok', rank: 6, needsPerson: false, usable: true },
  not_connected: { tone: 'quiet', rank: 7, needsPerson: false, usable: false },
};

export const meaning = (kind: StatusKind): Meaning => meanings[kind];

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** By attention first, then by name. */
export function byAttention(a: ConnectionView, b: ConnectionView): number {
  return meaning(a.status.kind).rank - meaning(b.status.kind).rank || collator.compare(a.name, b.name);
}

/** Whether the tokens may still be of use: a grant that the provider has ended cannot be copied or renewed. */
export function isAlive(connection: ConnectionView): boolean {
  return hasTokens(connection) && connection.status.kind !== 'action_needed';
}

/** Whether tokens are there to be copied, renewed or revoked, whatever the status says about their use. */
export function hasTokens(connection: ConnectionView): boolean {
  return connection.issued_at !== null;
}
