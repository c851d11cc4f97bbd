// The picture of a connection's life, and the table behind it.

import type { Lane, Span } from '../../timeline';
import { count } from './count';

const lane: Record<Lane, string> = {
  connected: 'Signed in',
  refreshed: 'Refreshed',
  refused: 'Refused',
  failed: 'Failed',
  disconnected: 'Disconnected',
  released: 'Handed out',
};
const span: Record<Span, string> = { day: '24 h', week: '7 d', month: '30 d', all: 'All' };
const within: Record<Span, string> = {
  day: 'In the last 24 hours',
  week: 'In the last 7 days',
  month: 'In the last 30 days',
  all: 'From the beginning',
};

export const words = {
  title: 'Life',
  lane,
  span,
  spans: 'Time shown',
  token: 'Token',
  signIn: 'Next sign-in',
  /** Where the axis begins. */
  back: { day: '24 h ago', week: '7 d ago', month: '30 d ago' },
  now: 'now',
  /** The picture in one sentence, for who does not see it. */
  picture: (of: Span, lanes: { lane: Lane; count: number }[]) =>
    lanes.length === 0
      ? `${within[of]}: nothing happened.`
      : `${within[of]}: ${lanes.map(({ lane: its, count: n }) => `${lane[its].toLowerCase()} ${count(n, 'time', 'times')}`).join(', ')}.`,
  mark: (its: Lane, when: string, n: number) =>
    n === 1 ? `${lane[its]}, ${when}` : `${lane[its]} ${n} times, ${when}`,
  range: (first: string, last: string) => (first === last ? first : `${first} to ${last}`),
  ahead: (span: string) => `in ${span}`,
  table: 'Show as a table',
  when: 'When',
  what: 'What',
  often: 'Times',
  issued: 'Token issued',
  ends: 'Token ends',
  ended: 'Token ended',
  noEnd: 'The provider does not say when this token ends.',
  signInBy: {
    refresh_token: (when: string) => `Sign-in needed by ${when}: the refresh token ends then.`,
    history: (when: string) => `Sign-in needed by about ${when}: the earlier ones lasted so long.`,
    moves: (when: string) => `No sign-in is needed while it is refreshed before ${when}.`,
  },
  refreshable: 'Tokenrack renews it by itself before it ends.',
  notRefreshable: 'The provider gave no refresh token: sign in again when it ends.',
};
