// Das Bild vom Leben einer Verbindung und die Tabelle dahinter.

import type { words as en } from '../en/life';
import { count } from './count';

const lane: typeof en.lane = {
  connected: 'Angemeldet',
  refreshed: 'Erneuert',
  refused: 'Abgelehnt',
  failed: 'Gescheitert',
  disconnected: 'Getrennt',
  released: 'Ausgegeben',
};
const within: Record<keyof typeof en.span, string> = {
  day: 'In den letzten 24 Stunden',
  week: 'In den letzten 7 Tagen',
  month: 'In den letzten 30 Tagen',
  all: 'Von Anfang an',
};

export const words: typeof en = {
  title: 'Verlauf',
  lane,
  span: { day: '24 h', week: '7 T', month: '30 T', all: 'Alles' },
  spans: 'Gezeigte Zeit',
  token: 'Token',
  signIn: 'Neu anmelden',
  back: { day: 'vor 24 h', week: 'vor 7 T', month: 'vor 30 T' },
  now: 'jetzt',
  picture: (of, lanes) =>
    lanes.length === 0
      ? `${within[of]}: Es ist nichts geschehen.`
      : `${within[of]}: ${lanes.map(({ lane: its, count: n }) => `${count(n, 'Mal', 'Mal')} ${lane[its].toLowerCase()}`).join(', ')}.`,
  mark: (its, when, n) => (n === 1 ? `${lane[its]}, ${when}` : `${n} Mal ${lane[its].toLowerCase()}, ${when}`),
  range: (first, last) => (first === last ? first : `${first} bis ${last}`),
  ahead: (span) => `noch ${span}`,
  table: 'Als Tabelle zeigen',
  when: 'Wann',
  what: 'Was',
  often: 'Anzahl',
  issued: 'Token ausgestellt',
  ends: 'Token läuft ab',
  ended: 'Token abgelaufen',
  noEnd: 'Der Anbieter sagt nicht, wann dieses Token abläuft.',
  signInBy: {
    refresh_token: (when: string) => `Neue Anmeldung nötig bis ${when}: Dann endet das Refresh-Token.`,
    history: (when: string) => `Neue Anmeldung nötig etwa bis ${when}: So lange hielten die früheren.`,
    moves: (when: string) => `Keine neue Anmeldung nötig, solange vor dem ${when} erneuert wird.`,
  },
  refreshable: 'Tokenrack erneuert es selbst, bevor es abläuft.',
  notRefreshable: 'Der Anbieter gab kein Refresh-Token: Nach dem Ende ist eine neue Anmeldung nötig.',
};
