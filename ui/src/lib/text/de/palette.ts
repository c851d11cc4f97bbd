// Die Befehlspalette. Kommt mit ihr.

import type { words as en } from '../en/palette';
import { count } from './count';

/** Ein Befehl mit der Verbindung, um die es geht. */
const row: typeof en.row = {
  connect: (name) => `${name} verbinden`,
  refresh: (name) => `${name} erneuern`,
  copy: (name) => `Token kopieren: ${name}`,
  edit: (name) => `Einstellungen von ${name} ändern`,
  disconnect: (name) => `${name} trennen…`,
  forget: (name) => `${name} entfernen…`,
  cancel: (name) => `Anmeldung von ${name} abbrechen`,
  copyLink: (name) => `Link zur Anmeldung von ${name} kopieren`,
  reopen: (name) => `Anmeldung von ${name} noch einmal öffnen`,
  open: (name) => `${name} öffnen`,
};

export const words: typeof en = {
  title: 'Befehle',
  label: 'Befehl oder Verbindung finden',
  row,
  forgetAtOnce: (name) => `${name} entfernen`,
  reconnect: (name) => `${name} neu verbinden`,
  group: {
    recent: 'Zuletzt benutzt',
    needed: 'Braucht Sie',
    commands: 'Befehle',
    connections: 'Verbindungen',
    others: 'Andere Verbindungen',
  },
  none: (query) => `Zu „${query}“ gibt es nichts, was jetzt möglich wäre.`,
  found: (shown, all) =>
    shown < all
      ? `Die ersten ${shown} von ${all} sind zu sehen; ein weiteres Wort grenzt sie ein.`
      : count(all, 'Treffer', 'Treffer'),
};
