// What each status means to the page: its tone, its place in the order, and what it counts as.

import type { ConnectionView, StatusKind } from './ipc/bindings';
import { collator } from './text';

export type Tone = 'quiet' | 'info' | 'ok' | 'warn' | 'danger';

/** What the sentence on top counts a connection as, and nothing twice. */
export type Share = 'connected' | 'waiting' | 'retrying' | 'offline' | 'needsPerson' | 'notConnected';

interface Meaning {
  tone: Tone;
  /** Lower comes first. Statuses that follow one another by themselves share a rank, so that rows keep their place. */
  rank: number;
  /** `needsPerson`: only a person helps. */
  share: Share;
  /** The token can be used now. */
  usable: boolean;
}

const meanings: Record<StatusKind, Meaning> = {
  unsaved: { tone: 'danger', rank: 0, share: 'needsPerson', usable: true },
  provider_error: { tone: 'danger', rank: 1, share: 'needsPerson', usable: false },
  action_needed: { tone: 'warn', rank: 1, share: 'needsPerson', usable: false },
  keychain_locked: { tone: 'warn', rank: 2, share: 'needsPerson', usable: false },
  expired: { tone: 'warn', rank: 2, share: 'needsPerson', usable: false },
  waiting_for_browser: { tone: 'info', rank: 3, share: 'waiting', usable: false },
  offline: { tone: 'quiet', rank: 4, share: 'offline', usable: false },
  retrying: { tone: 'info', rank: 4, share: 'retrying', usable: false },
  expires_soon: { tone: 'warn', rank: 5, share: 'connected', usable: true },
  refreshing: { tone: 'info', rank: 6, share: 'connected', usable: true },
  connected: { tone: 'ok', rank: 6, share: 'connected', usable: true },
  not_connected: { tone: 'quiet', rank: 7, share: 'notConnected', usable: false },
};

export const meaning = (kind: StatusKind): Meaning => meanings[kind];

/** By attention first, then by name. */
export function byAttention(a: ConnectionView, b: ConnectionView): number {
  return meaning(a.status.kind).rank - meaning(b.status.kind).rank || collator.compare(a.name, b.name);
}

/** Whether the tokens may still be of use: a grant that the provider has ended is not copied. */
export function isAlive(connection: ConnectionView): boolean {
  return hasTokens(connection) && connection.status.kind !== 'action_needed';
}

/** Whether the token is of use where it would be pasted: one that is bound to a key (RFC 9449) is not. */
export function canCopy(connection: ConnectionView): boolean {
  return isAlive(connection) && !connection.dpop_bound;
}

/** Also where a person may know better: a refusal can be one of a network or a policy, a question can find a token inactive. */
export function canRefresh(connection: ConnectionView): boolean {
  const { problem, status } = connection;
  const refused = problem !== null && ['oauth/invalid_grant', 'refresh/interrupted'].includes(problem.code);
  const again = refused || status.next === 'refresh';
  return connection.refreshable && (isAlive(connection) || (hasTokens(connection) && again));
}

/** Whether there is something to revoke or delete. A disconnect that was cut short may have left tokens that no view shows. */
export function canDisconnect(connection: ConnectionView): boolean {
  return hasTokens(connection) || connection.status.kind === 'action_needed';
}

/** Whether forgetting it ends something, an access or a sign-in, so that it cannot be undone. */
export function endsByForgetting(connection: ConnectionView): boolean {
  return canDisconnect(connection) || connection.waiting !== null;
}

/** Whether tokens are there to be copied, renewed or revoked, whatever the status says about their use. */
export function hasTokens(connection: ConnectionView): boolean {
  return connection.issued_at !== null;
}
