// Einstellungen, Diagnose, der Tresor.

import type { VaultStatus } from '../../ipc/bindings';
import type { settings as en } from '../en/settings';

export const settings: typeof en = {
  vault: {
    title: (vault: VaultStatus): string => {
      switch (vault.state) {
        case 'locked':
          return vault.kind === 'file' ? 'Der Tresor ist gesperrt' : 'Der Schlüsselbund ist gesperrt';
        case 'new':
          return 'Passphrase für den Tresor wählen';
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
          return 'Sie verschlüsselt die Datei mit Ihren Token. Niemand kann sie wiederherstellen: gut aufbewahren.';
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
  settings: {
    title: 'Einstellungen',
    back: 'Zurück',
    appearance: 'Aussehen',
    theme: 'Farben',
    themes: { system: 'Wie der Desktop', light: 'Hell', dark: 'Dunkel' },
    density: 'Zeilen',
    densities: { comfortable: 'Geräumig', compact: 'Kompakt' },
    language: 'Sprache',
    languages: { system: 'Wie das System', en: 'English', de: 'Deutsch' },
    background: 'Im Hintergrund',
    keepInTray: 'Nach dem Schließen des Fensters im Infobereich weiterlaufen',
    autostart: 'Mit dem System starten',
    backgroundHint: (tray, autostart) =>
      !tray
        ? 'Dieser Desktop hat keinen Infobereich: Mit dem Fenster endet Tokenrack, und bis zum nächsten Öffnen wird nichts erneuert.'
        : autostart
          ? 'Im Infobereich hält es Ihre Verbindungen frisch und braucht weniger Speicher. Mit dem System gestartet, beginnt es dort.'
          : 'Im Infobereich hält es Ihre Verbindungen frisch und braucht weniger Speicher. Ob es mit dem System startet, sagen die Einstellungen des Systems.',
    notificationsLabel: 'Auf dem Desktop melden, was zu erledigen ist',
    onOff: { on: 'An', off: 'Aus' },
    clipboard: 'Zwischenablage',
    clipboardSeconds: 'Kopiertes Token löschen nach',
    seconds: 'Sekunden',
    clipboardHint: 'Zwischen 5 und 300. Gelöscht wird nur, wenn das Token noch darin steht.',
    clipboardRange: 'Eine ganze Zahl zwischen 5 und 300 angeben.',
    vault: 'Tresor',
    vaultWhere: 'Token und Client-Secrets liegen in',
    sharing: 'Importieren und exportieren',
    sharingHint: 'Verbindungen ohne ihre Geheimnisse weitergeben oder eine Sicherung von allem anlegen.',
    sharingOpen: 'Importieren und exportieren…',
    diagnostics: 'Diagnose',
    run: 'Erneut prüfen',
    running: 'Wird geprüft…',
    selftest: 'Link testen',
    selftestHint:
      'Der Test schickt sich selbst einen Link, wie es ein Browser täte. Der Bericht nennt weder Verbindungen noch Personen.',
    files: 'Dateien',
    about: 'Über',
    version: (version: string) => `Tokenrack ${version}`,
    copyDiagnostics: 'Bericht kopieren',
    diagnosticsCopied: 'Der Bericht ist kopiert.',
    saved: 'Gespeichert',
  },
  share: {
    copy: 'Datei kopieren',
    copied: 'Kopiert. Sie steht für sich allein und enthält kein Geheimnis.',
    export: 'Exportieren…',
    exported: (path: string) => `Geschrieben nach ${path}.`,
  },
  copy: { copy: 'Kopieren', copied: 'Kopiert', label: (what: string) => `${what} kopieren` },
  show: 'Anzeigen',
  hide: 'Verbergen',
};
