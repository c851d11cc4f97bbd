// Settings, diagnostics, the vault.

import type { VaultStatus } from '../../ipc/bindings';

export const settings = {
  vault: {
    title: (vault: VaultStatus): string => {
      switch (vault.state) {
        case 'locked':
          return vault.kind === 'file' ? 'The vault is locked' : 'The keychain is locked';
        case 'new':
          return 'Choose a passphrase for your vault';
        case 'absent':
          return 'There is no keychain in this session';
        case 'denied':
          return 'The system does not let Tokenrack use the keychain';
        case 'unresponsive':
          return 'The keychain does not answer';
        case 'ready':
          return 'The vault is unlocked';
      }
    },
    hint: (vault: VaultStatus): string => {
      switch (vault.state) {
        case 'locked':
          return 'Your connections are safe; their tokens can be used once it is unlocked.';
        case 'new':
          return 'It encrypts the file that holds your tokens. Nobody can recover it: keep it where you will find it.';
        case 'absent':
          return 'Start one (GNOME Keyring, KWallet, KeePassXC), or choose the encrypted file by starting Tokenrack with TOKENRACK_VAULT=file.';
        case 'denied':
          return 'Allow it in the system’s keychain program; your connections are safe.';
        case 'unresponsive':
          return 'Look for a prompt behind other windows; your connections are safe.';
        case 'ready':
          return '';
      }
    },
    unlock: 'Unlock',
    tryAgain: 'Try again',
    passphrase: 'Passphrase',
    again: 'The same again',
    create: 'Create vault',
    differ: 'The two are not the same.',
    short: 'At least 12 characters; a few random words are good.',
    empty: 'Type the passphrase.',
    wrong: 'This passphrase does not open the vault. Nothing was changed.',
    footer: (backend: string, state: string) => `${backend}, ${state}`,
  },
  settings: {
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
    diagnosticsCopied: 'Report copied.',
    saved: 'Saved',
  },
  share: {
    copy: 'Copy the file',
    copied: 'Copied. It stands by itself, and holds no secret.',
    export: 'Export…',
    exported: (path: string) => `Written to ${path}.`,
  },
  copy: { copy: 'Copy', copied: 'Copied', label: (what: string) => `Copy ${what}` },
  show: 'Show',
  hide: 'Hide',
};
