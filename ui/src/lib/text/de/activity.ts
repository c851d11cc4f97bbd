// Das Protokoll als eigene Ansicht. Kommt mit ihr.

import type { words as en } from '../en/activity';

export const words: typeof en = {
  title: 'Protokoll',
  back: 'Zurück',
  filters: 'Filter',
  words: 'Wörter',
  wordsPlaceholder: 'Name, Code, Text',
  connection: 'Verbindung',
  topic: 'Art',
  channel: 'Weg',
  span: 'Zeit',
  anyConnection: 'Alle Verbindungen',
  anyTopic: 'Alle Arten',
  anyChannel: 'Alle Wege',
  anyTime: 'Jederzeit',
  topics: {
    sign_ins: 'Anmeldungen',
    refreshes: 'Erneuerungen und Prüfungen',
    releases: 'Ausgegebene Token',
    failures: 'Fehlschläge',
    changes: 'Änderungen',
  },
  spans: {
    hour: 'Letzte Stunde',
    day: 'Letzte 24 Stunden',
    week: 'Letzte 7 Tage',
    month: 'Letzte 30 Tage',
  },
  formats: { jsonl: 'JSON Lines exportieren', csv: 'CSV exportieren' },
  clear: 'Filter aufheben',
  none: 'Es ist noch nichts geschehen.',
  noMatch: 'So etwas ist nicht geschehen.',
  more: 'Mehr zeigen',
  fresh: (n) => (n === 1 ? '1 neue Zeile' : `${n} neue Zeilen`),
  today: 'Heute',
  yesterday: 'Gestern',
  open: (name) => `${name} öffnen`,
  noName: 'keine Verbindung',
};
