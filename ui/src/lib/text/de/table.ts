// Filter, Gruppen und Auswahl der Tabelle, und was mit mehreren Verbindungen zugleich getan wird.

import type { Facet } from '../../arrange';
import type { Verb } from '../../state/batch.svelte';
import type { Share } from '../../status';
import type { table as en } from '../en/table';

const facet: Record<Facet, string> = { status: 'Status', environment: 'Umgebung', provider: 'Anbieter' };

const share: Record<Share, string> = {
  connected: 'Verbunden',
  waiting: 'Wartet',
  retrying: 'Wird wiederholt',
  offline: 'Offline',
  needsPerson: 'Braucht Sie',
  notConnected: 'Nicht verbunden',
};

const done: Record<Verb, string> = { refresh: 'erneuert', disconnect: 'getrennt', forget: 'entfernt' };

export const table: typeof en = {
  table: {
    facet,
    share,
    noEnvironment: 'Keine Umgebung',
    arrange: 'Filtern und gruppieren',
    groupBy: 'Gruppieren nach',
    grouping: { nothing: 'Nichts', ...facet },
    chip: (of, value) => `${of}: ${value}`,
    removeChip: (of, value) => `Filter entfernen: ${of}: ${value}`,
    chips: 'Filter',
    shown: (n, all) => `${n} von ${all}`,
    showAll: 'Alle zeigen',
    group: (name, n) => `${name}, ${n === 1 ? '1 Verbindung' : `${n} Verbindungen`}`,
    selection: 'Auswahl',
    selected: (n, hidden) => (hidden === 0 ? `${n} ausgewählt` : `${n} ausgewählt, ${hidden} davon nicht zu sehen`),
    refresh: (able, all) => (able === all ? 'Erneuern' : `${able} von ${all} erneuern`),
    disconnect: (able, all) => (able === all ? 'Trennen…' : `${able} von ${all} trennen…`),
    forget: (asks) => (asks ? 'Entfernen…' : 'Entfernen'),
    selectAll: (n) => `Alle ${n} auswählen`,
    clear: 'Aufheben',
  },
  batch: {
    running: (verb, n, all) => `${n} von ${all} werden ${done[verb]}…`,
    stopping: (n) =>
      n === 1 ? 'Eine läuft noch; weiter wird nichts begonnen.' : `${n} laufen noch; weiter wird nichts begonnen.`,
    over(verb, { done: well, failed, stopped }) {
      const parts = [
        (well > 0 || failed + stopped === 0) && `${well} ${done[verb]}`,
        failed > 0 && `${failed} fehlgeschlagen`,
        stopped > 0 && `${stopped} nicht begonnen`,
      ].filter(Boolean);
      return `${parts.join(', ')}.`;
    },
    cancel: 'Abbrechen',
    retry: 'Wiederholen',
    retryLabel: (name) => `Wiederholen: ${name}`,
    retryAll: (n) => `${n} wiederholen`,
    details: 'Einzelheiten',
    hide: 'Einzelheiten verbergen',
    close: 'Ergebnis schließen',
    list: 'Ergebnis jeder Verbindung',
    state: {
      waiting: 'Noch nicht begonnen',
      running: 'Läuft',
      stopped: 'Nicht begonnen',
      refreshed: 'Erneuert',
      forgotten: 'Entfernt',
    },
  },
  confirmSeveral: {
    disconnect: {
      title: (n) => `${n} Verbindungen trennen?`,
      text: 'Tokenrack bittet die Anbieter, diese Zugriffe zu beenden, und löscht ihre Token von diesem Rechner. Die Verbindungen bleiben in der Liste; jede braucht zum Verbinden eine neue Anmeldung. Das lässt sich nicht rückgängig machen.',
      names: 'Getrennt werden',
      go: (n) => `${n} trennen`,
    },
    forget: {
      title: (n) => `${n} Verbindungen entfernen?`,
      text: 'Tokenrack bittet die Anbieter, bestehende Zugriffe zu beenden, löscht die Token und entfernt die Verbindungen mit Client-IDs und Secrets. Das lässt sich nicht rückgängig machen.',
      names: 'Entfernt werden',
      go: (n) => `${n} entfernen`,
    },
  },
};
