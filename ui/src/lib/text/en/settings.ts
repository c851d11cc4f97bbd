// Settings and diagnostics. Loaded with them.

export const words = {
  title: 'Settings',
  back: 'Back',
  appearance: 'Appearance',
  theme: 'Theme',
  themes: { system: 'As the desktop', light: 'Light', dark: 'Dark' },
  density: 'Rows',
  densities: { comfortable: 'Comfortable', compact: 'Compact' },
  language: 'Language',
  /** Each by its own name, so that everybody finds theirs. */
  languages: { system: 'As the system', en: 'English', de: 'Deutsch' },
  background: 'In the background',
  keepInTray: 'Go on in the tray when the window is closed',
  autostart: 'Start with the system',
  backgroundHint: (tray: boolean, autostart: boolean): string =>
    !tray
      ? 'This desktop has no tray: closing the window ends Tokenrack, and nothing is refreshed until it is opened again.'
      : autostart
        ? 'In the tray it keeps your connections fresh, with less memory. Started with the system, it starts there.'
        : 'In the tray it keeps your connections fresh, with less memory. To start it with the system, use the system’s own settings.',
  notificationsLabel: 'Say on the desktop what needs you',
  onOff: { on: 'On', off: 'Off' },
  clipboard: 'Clipboard',
  clipboardSeconds: 'Clear a copied token after',
  seconds: 'seconds',
  clipboardHint: 'Between 5 and 300. It is cleared only if it still holds the token.',
  clipboardRange: 'Write a whole number between 5 and 300.',
  vault: 'Vault',
  vaultWhere: 'Tokens and client secrets are kept in',
  diagnostics: 'Diagnostics',
  run: 'Check again',
  running: 'Checking…',
  selftest: 'Test the link',
  selftestHint: 'The test sends itself a link the way a browser would. The report names no connection and no person.',
  sharing: 'Import and export',
  sharingHint: 'Give connections to others without their secrets, or keep a backup of everything.',
  sharingOpen: 'Import and export…',
  files: 'Files',
  about: 'About',
  version: (version: string) => `Tokenrack ${version}`,
  copyDiagnostics: 'Copy report',
  saved: 'Saved',
};
