// Die Konsole: die Tabelle, der Satz darüber, Tasten, Ansagen.

import type { Share } from '../../status';
import type { console as en } from '../en/console';
import { count } from './count';

export const console: typeof en = {
  summary(shares: Record<Share, number>): string {
    const { connected, waiting, retrying, offline, needsPerson, notConnected } = shares;
    const parts = [
      connected > 0 && `${connected} verbunden`,
      waiting > 0 && count(waiting, 'wartet', 'warten'),
      retrying > 0 && `${retrying} im neuen Versuch`,
      offline > 0 && `${offline} offline`,
      needsPerson > 0 && `${needsPerson} zu erledigen`,
      notConnected > 0 && `${notConnected} nicht verbunden`,
    ].filter(Boolean);
    return parts.length === 0 ? 'Noch keine Verbindungen.' : `${parts.join(', ')}.`;
  },
  console: {
    title: 'Verbindungen',
    add: 'Verbindung hinzufügen',
    activity: 'Protokoll',
    settings: 'Einstellungen',
    filter: 'Verbindungen filtern',
    filterPlaceholder: 'Filtern',
    loading: 'Verbindungen werden gelesen…',
    empty: 'Hier erscheinen Ihre Verbindungen, jede mit einem Status, auf den Verlass ist.',
    emptyButton: 'Erste Verbindung hinzufügen',
    noMatch: (query: string) =>
      query.trim() === '' ? 'Zu diesem Filter passt nichts.' : `Zu „${query}“ passt nichts.`,
    clearFilter: 'Filter löschen',
    failed: 'Tokenrack konnte Ihre Verbindungen nicht lesen',
  },
  time: {
    hours: (hours: number, minutes: string) => `${hours} Std. ${minutes} Min.`,
    days: (days: number, hours: number) => `${days} T. ${hours} Std.`,
    now: 'jetzt',
    minutes: (n: number) => `${n} Min.`,
    wholeHours: (n: number) => `${n} Std.`,
    wholeDays: (n: number) => count(n, 'Tag', 'Tage'),
    justNow: 'gerade eben',
    secondsAgo: (n: number) => `vor ${n} s`,
    minutesAgo: (n: number) => `vor ${n} Min.`,
    hoursAgo: (n: number) => `vor ${n} Std.`,
    daysAgo: (n: number) => `vor ${count(n, 'Tag', 'Tagen')}`,
    dayAndTime: (day: string, time: string) => `${day}, ${time}`,
  },
  column: {
    status: 'Status',
    name: 'Name',
    provider: 'Anbieter',
    environment: 'Umgebung',
    left: 'Restzeit',
    scopes: 'Scopes',
    last: 'Zuletzt',
    step: 'Nächster Schritt',
  },
  row: {
    noAccount: 'noch kein Konto',
    none: '–',
    noEnd: 'Ende unbekannt',
    remaining: 'übrig',
    ended: 'vorbei',
    nextTry: 'bis zum nächsten Versuch',
    signIn: 'zur Anmeldung',
    exchanging: 'wird geholt…',
    fewerScopes: (granted: number, asked: number) => `${granted} von ${asked} Scopes gewährt`,
    scopes: (n: number) => count(n, 'Scope', 'Scopes'),
    copied: (left: string) => `Kopiert, gelöscht in ${left}`,
  },
  shortcuts: {
    title: 'Tasten',
    open: 'Tasten',
    hint: 'Tasten',
    anywhere: 'Überall',
    table: 'In der Tabelle',
    close: 'Schließen',
    move: 'Von Verbindung zu Verbindung',
    ends: 'Erste, letzte Verbindung',
    buttons: 'Zu den Schaltflächen einer Zeile; klappt eine Gruppe',
    select: 'Verbindung oder Gruppe auswählen',
    extend: 'Auswahl bis zur nächsten Verbindung',
    selectAll: 'Alle gezeigten auswählen',
    openRow: 'Verbindung öffnen',
    back: 'Eine Ebene zurück; bricht eine Anmeldung ab',
  },
  commands: {
    row: {
      connect: 'Verbinden',
      refresh: 'Erneuern',
      copy: 'Token kopieren',
      edit: 'Einstellungen ändern',
      disconnect: 'Trennen',
      forget: 'Vergessen',
      cancel: 'Anmeldung abbrechen',
      copyLink: 'Link zur Anmeldung kopieren',
      reopen: 'Anmeldung noch einmal öffnen',
      open: 'Verbindung öffnen',
    },
    all: {
      palette: 'Befehl finden',
      filter: 'Filtern',
      activity: 'Protokoll',
      add: 'Verbindung hinzufügen',
      settings: 'Einstellungen',
      sharing: 'Importieren und exportieren',
      saveSpec: 'Anbieterdatei speichern',
      keys: 'Liste der Tasten',
      clearClipboard: 'Zwischenablage jetzt leeren',
      unlock: 'Tresor entsperren',
      ownProvider: 'Eigenen Anbieter hinzufügen',
      copyDiagnostics: 'Diagnose kopieren',
      themeSystem: 'Farben: wie das System',
      themeLight: 'Farben: hell',
      themeDark: 'Farben: dunkel',
      comfortable: 'Zeilen: geräumig',
      compact: 'Zeilen: kompakt',
      notify: 'Mitteilungen: an',
      silence: 'Mitteilungen: aus',
    },
    hint: 'Befehle',
  },
  announce: {
    soon: (n: number, minutes: number) => {
      const within = minutes === 1 ? 'einer Minute' : `${minutes} Minuten`;
      return n === 1
        ? `Eine Verbindung endet in weniger als ${within}.`
        : `${n} Verbindungen enden in weniger als ${within}.`;
    },
    ended: (n: number) => (n === 1 ? 'Ein Token ist abgelaufen.' : `${n} Token sind abgelaufen.`),
    status: (name: string, word: string) => `${name}: ${word}.`,
    oneOnly: (label: string) => `${label} geht nur mit einer Verbindung; ausgewählt sind mehrere.`,
    changes: (n: number) => `${n} Verbindungen haben sich geändert.`,
    copied: (name: string) => `Token von ${name} kopiert.`,
    code: (name: string, code: string, page: string) => `${name}: Code ${[...code].join(' ')} eingeben auf ${page}.`,
    edited: (name: string) => `Einstellungen von ${name} gespeichert.`,
    provider: (id: string) => `${id}.toml gespeichert.`,
    matches: (n: number) => count(n, 'Verbindung passt.', 'Verbindungen passen.'),
  },
  clipboard: {
    copied: (name: string) => `Token von ${name} ist in der Zwischenablage`,
    copiedShort: 'Token in der Zwischenablage',
    clears: 'gelöscht in',
    clear: 'Jetzt löschen',
    cleared: 'Die Zwischenablage wurde geleert.',
  },
  notices: 'Hinweise',
};
