// The vault, and what is copied or shared in one click.

import type { VaultStatus } from '../../ipc/bindings';

export const vault = {
  vault: {
    title: (vault: VaultStatus): string => {
      switch (vault.state) {
        case 'locked':
          return vault.kind === 'file' ? 'The vault is locked' : 'The keychain is locked';
        case 'new':
          return vault.detail ? 'The vault is not where it was' : 'Choose a passphrase for your vault';
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
          return vault.detail
            ? 'Bring its folder back, and all is as it was. Only where it is gone for good, choose a passphrase for a new one.'
            : 'It encrypts the file that holds your tokens. Nobody can recover it: keep it where you will find it.';
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
  share: {
    copy: 'Copy the file',
    copied: 'Copied. It stands by itself, and holds no secret.',
    export: 'Export…',
    goesTo: (folder: string) => `Exported files go to ${folder}.`,
    exported: (path: string) => `Written to ${path}.`,
  },
  copy: { copy: 'Copy', copied: 'Copied', label: (what: string) => `Copy ${what}` },
  show: 'Show',
  hide: 'Hide',
};
