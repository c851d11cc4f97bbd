// Der Tresor, und was ein Klick kopiert oder teilt.

import type { VaultStatus } from '../../ipc/bindings';
import type { vault as en } from '../en/vault';

export const vault: typeof en = {
  vault: {
    title: (vault: VaultStatus): string => {
      switch (vault.state) {
        case 'locked':
          return vault.kind === 'file' ? 'Der Tresor ist gesperrt' : 'Der Schlüsselbund ist gesperrt';
        case 'new':
          return vault.detail ? 'Der Tresor ist nicht, wo er war' : 'Passphrase für den Tresor wählen';
        case 'absent':
          return 'In dieser Sitzung gibt es keinen Schlüsselbund';
        case 'denied':
          return 'Das System lässt Tokenrack nicht an den Schlüsselbund';
        case 'unresponsive':
          return 'Der Schlüsselbund antwortet nicht';
        case 'ready':
          return 'Der Tresor ist entsperrt';
      }
    },
    hint: (vault: VaultStatus): string => {
      switch (vault.state) {
        case 'locked':
          return 'Ihre Verbindungen sind sicher; die Token sind nach dem Entsperren wieder nutzbar.';
        case 'new':
          return vault.detail
            ? 'Den Ordner zurückholen, dann ist alles, wie es war. Nur wenn er für immer verloren ist: eine Passphrase für einen neuen wählen.'
            : 'Sie verschlüsselt die Datei mit Ihren Token. Niemand kann sie wiederherstellen: gut aufbewahren.';
        case 'absent':
          return 'Einen starten (GNOME Keyring, KWallet, KeePassXC) oder die verschlüsselte Datei wählen: Tokenrack mit TOKENRACK_VAULT=file starten.';
        case 'denied':
          return 'Im Schlüsselbund-Programm des Systems erlauben; Ihre Verbindungen sind sicher.';
        case 'unresponsive':
          return 'Vielleicht wartet eine Abfrage hinter anderen Fenstern; Ihre Verbindungen sind sicher.';
        case 'ready':
          return '';
      }
    },
    unlock: 'Entsperren',
    tryAgain: 'Erneut versuchen',
    passphrase: 'Passphrase',
    again: 'Noch einmal dieselbe',
    create: 'Tresor anlegen',
    differ: 'Die beiden sind nicht gleich.',
    short: 'Mindestens 12 Zeichen; ein paar zufällige Wörter sind gut.',
    empty: 'Passphrase eingeben.',
    wrong: 'Diese Passphrase öffnet den Tresor nicht. Nichts wurde geändert.',
    footer: (backend: string, state: string) => `${backend}, ${state}`,
  },
  share: {
    copy: 'Datei kopieren',
    copied: 'Kopiert. Sie steht für sich allein und enthält kein Geheimnis.',
    export: 'Exportieren…',
    goesTo: (folder: string) => `Exportierte Dateien kommen nach ${folder}.`,
    exported: (path: string) => `Geschrieben nach ${path}.`,
  },
  copy: { copy: 'Kopieren', copied: 'Kopiert', label: (what: string) => `${what} kopieren` },
  show: 'Anzeigen',
  hide: 'Verbergen',
};
