// The words of importing and exporting; they come with the view, when it is opened.

import type { BundleKind, Choice, Standing, Taken, TakenView, ThingView } from '../../ipc/bindings';
import { count } from './count';

const standing: Record<Standing, string> = {
  new: 'New',
  same: 'The same',
  differs: 'Differs',
  name_taken: 'Name taken',
  unusable: 'Not usable',
};

/** Fields as they stand in the file, in a person's words. */
const fields: Record<string, string> = {
  name: 'name',
  provider: 'provider',
  environment: 'environment',
  client_id: 'client id',
  authentication: 'how the client proves itself',
  grant_type: 'way to a token',
  redirect: 'way back',
  redirect_uri: 'redirect URI',
  scopes: 'scopes',
  resources: 'resources',
  vars: 'variables',
  tokens: 'tokens',
};

const choice: Record<Choice, string> = {
  add: 'Add',
  skip: 'Leave',
  replace: 'Replace what is here',
  rename: 'Add under another name',
};

const taken: Record<Taken, string> = {
  added: 'Added',
  replaced: 'Replaced',
  skipped: 'Left as it is',
  failed: 'Not taken',
};

export const words = {
  title: 'Import and export',
  back: 'Back',

  take: 'Import from a file',
  takeHint:
    'Connections that somebody exported (.tokenrack.json), or a backup (.tokenrack.age). You see what is in it before anything changes.',
  choose: 'File',
  sealed: (file: string) => `${file} is encrypted.`,
  passphrase: 'Passphrase',
  passphraseHint: 'The one that the backup was made with.',
  open: 'Open the backup',
  opening: 'Opening…',
  other: 'Choose another file',
  empty: 'Type the passphrase.',
  wrong: 'This passphrase does not open the backup. Nothing was changed.',

  give: 'Export for others',
  giveHint:
    'The settings of connections, to be read by anybody: no token, no client secret, no private key. Who takes them signs in with an account of their own.',
  which: 'Connections',
  all: 'All',
  accounts: 'Say who is connected',
  accountsHint: 'The file then names persons.',
  export: (n: number) => `Export ${count(n, 'connection', 'connections')}`,
  nothing: 'There is no connection yet.',
  exported: (path: string, n: number) => `${count(n, 'connection', 'connections')} written to ${path}.`,

  everything: 'Back up everything',
  everythingHint:
    'Connections with their tokens and secrets, your own providers and the settings, in one file that only the passphrase opens. Nobody can recover it.',
  again: 'The same again',
  least: 'At least 12 characters; a few random words are good.',
  differ: 'The two are not the same.',
  backUp: 'Back up',
  backingUp: 'Encrypting…',
  leftOut: (name: string, why: string) => `Not in it: ${name}. ${why}`,

  made: (kind: BundleKind, when: string) =>
    kind === 'backup'
      ? `A backup of ${when}. Nothing has changed yet.`
      : `Exported on ${when}. Nothing has changed yet.`,
  sum: (things: ThingView[]) => {
    const of = (wanted: Standing): number => things.filter((thing) => thing.standing === wanted).length;
    const parts = [
      `${of('new')} new`,
      of('same') > 0 && `${of('same')} the same`,
      of('differs') > 0 && `${count(of('differs'), 'differs', 'differ')}`,
      of('name_taken') > 0 && count(of('name_taken'), 'with a name that is taken', 'with names that are taken'),
      of('unusable') > 0 && `${of('unusable')} not usable`,
    ];
    return parts.filter(Boolean).join(' · ');
  },
  nothingInIt: 'There is nothing in this file.',
  rotation:
    'A token that was renewed since the backup was made will be refused by its provider; sign in again there, and nothing else is lost.',
  older: 'Also put back tokens that are older than those here',
  olderHint: 'For a profile whose newer tokens no longer work.',
  list: 'What is in the file',
  standing,
  differsIn: (names: string[]) => `Differs in: ${names.map((name) => fields[name] ?? name).join(', ')}.`,
  hosts: (hosts: string[]) => `Asks ${hosts.join(', ')}`,
  tokens: (when: string) => `Tokens of ${when}.`,
  tokensOlder: (when: string) => `Tokens of ${when}; those here are newer and stay.`,
  tokensBack: (when: string) => `Tokens of ${when}; those here are newer and would be lost.`,
  needsSecret: 'Its client secret is not in the file; you add it afterwards.',
  lacksSecret: 'Its client secret is not in the file.',
  scripts: 'Brings a script',
  settings: 'Settings of the app',
  providerFile: (name: string) => `Provider file ${name}.toml`,
  decision: (name: string) => `What becomes of ${name}`,
  choice,
  newName: 'New name',
  newNameOf: (name: string) => `New name of ${name}`,
  nameMissing: 'Write a name.',
  confirm: (n: number) => (n === 0 ? 'Nothing chosen' : `Take ${n}`),
  taking: 'Taking…',
  cancel: 'Cancel',

  outcome: 'What has become of it',
  outcomeSum: (all: TakenView[]) => {
    const of = (wanted: Taken): number => all.filter((one) => one.outcome === wanted).length;
    const parts = [
      `${of('added')} added`,
      of('replaced') > 0 && `${of('replaced')} replaced`,
      of('skipped') > 0 && `${of('skipped')} left`,
      of('failed') > 0 && `${of('failed')} not taken`,
    ];
    return parts.filter(Boolean).join(' · ');
  },
  taken,
  kept: 'The tokens here are newer and stayed.',
  addSecret: 'Add its client secret',
  show: 'Show',
  showOf: (name: string) => `Show ${name}`,
  addSecretOf: (name: string) => `Add the client secret of ${name}`,
  why: (problem: { message: string; cause: string | null; suggestion: string }) =>
    `${problem.message}${problem.cause === null ? '' : `: ${problem.cause}`}. ${problem.suggestion}`,
  done: 'Done',
};
