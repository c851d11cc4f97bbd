// Einstellungen und Diagnose. Kommen mit ihnen.

import type { words as en } from '../en/settings';

export const words: typeof en = {
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
  saved: 'Gespeichert',
};
