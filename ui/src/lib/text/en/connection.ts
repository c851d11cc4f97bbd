// One connection: its panel, its waiting, its failures, its end.

import { count } from './count';

const quoted = (names: string[]): string => new Intl.ListFormat('en-GB').format(names.map((name) => `“${name}”`));

export const connection = {
  request: {
    open: 'Test request',
    url: 'Address',
    hint: 'Asked with GET and this connection’s token. The token is not shown here.',
    send: 'Send',
    empty: 'Give an address of the provider’s API.',
    summary: (status: number, reason: string, ms: number, size: string) =>
      `${status}${reason && ` ${reason}`}, ${ms} ms, ${size}`,
    size: (bytes: number) => (bytes < 1000 ? `${bytes} bytes` : `${(bytes / 1000).toFixed(1)} kB`),
    body: 'Answer',
    binary: 'The answer is no text.',
    none: 'The answer has no body.',
    truncated: 'There is more of it; the command `tokenrack request` shows all.',
  },
  panel: {
    label: (name: string) => `Connection ${name}`,
    close: 'Close',
    evidence: 'Evidence',
    held: (age: string) => (age === 'now' ? 'just now' : `for ${age}`),
    more: 'More',
    copyToken: 'Copy token',
    copyAs: 'Copy as…',
    bound:
      'The token is bound to a key in the vault (DPoP). It is of no use elsewhere, so it is not copied; Test request sends it with its proof.',
    refresh: 'Refresh',
    reconnect: 'Reconnect',
    connect: 'Connect',
    disconnect: 'Disconnect…',
    forget: 'Forget…',
    edit: 'Edit',
    untilClock: (time: string) => `Valid until ${time}.`,
    left: (left: string) => `${left} left`,
    content: 'What the token says',
    scopes: 'Scopes',
    granted: 'granted',
    notGranted: 'not granted',
    extra: 'granted as well',
    asked: 'asked for',
    ask: 'Ask for it',
    askOf: (scope: string) => `Ask for ${scope}`,
    askHint: 'Asking is a new sign-in; these tokens stay until it has brought new ones.',
    moreScopes: (n: number) => count(n, 'more scope of this provider', 'more scopes of this provider'),
    noScopes: 'The provider’s default access; no scopes are asked for.',
    details: 'Details',
    provider: 'Provider',
    account: 'Account',
    also: 'Also connected as',
    environment: 'Environment',
    clientId: 'Client id',
    authentication: 'Client authentication',
    redirect: 'Way back',
    redirectUri: 'Redirect URI',
    unknown: 'not known yet',
    grant: 'Way to tokens',
    choose: 'Choose one',
    choiceHint: 'Requests go to this one from now on.',
    cautions: 'Worth knowing',
    activity: 'Activity',
    noActivity: 'Nothing has happened yet.',
    allActivity: 'Show more',
  },
  waiting: {
    title: 'Finish signing in in your browser',
    blocked: 'Your browser could not be opened',
    blockedHint: (host: string) => `Copy the link and open it in a browser yourself, then sign in at ${host}.`,
    awaited: (host: string) => `Sign in at ${host}. Tokenrack waits for the browser to come back.`,
    elsewhere: (host: string) => `Another Tokenrack process opened ${host} and waits for it to come back.`,
    exchanging: 'The browser came back. Fetching the tokens…',
    entered: 'The code was entered. Fetching the tokens…',
    code: (host: string) => `Enter this code at ${host}`,
    codeHint: 'On this or any other device. Enter it only if you asked for it just now, here.',
    copyCode: 'Copy code',
    codeCopied: 'Code copied',
    page: 'Page for the code',
    openPage: 'Open the page',
    left: 'left to sign in',
    cancel: 'Cancel',
    reopen: 'Open again',
    copyLink: 'Copy link',
    copied: 'Link copied',
    trouble: 'The browser does not come back?',
    asked: 'Did the browser ask whether to open Tokenrack? Allow it. If the question is gone, press “Open again”.',
    never: 'On a desktop where links never come back, edit the connection: it can come back to a loopback address.',
    refused:
      'Does the browser show an error? Then the client ID or the redirect URI is probably not the one registered there.',
    edit: 'Cancel and edit',
    fromBar:
      'If it ends at a page that cannot be shown, copy the whole address from the address bar and paste it here.',
    fromPage: 'If you see an address that begins with the one below, copy the whole of it and paste it here.',
    comesBackTo: 'It comes back to',
    paste: 'Redirect URL',
    pasteButton: 'Finish',
    pasteEmpty: 'Paste the address first.',
  },
  problem: {
    provider: 'The other side said',
    why: 'Why',
    code: 'Code',
    http: 'HTTP status',
    details: 'Details',
    learn: 'What this means',
    report: 'Copy report',
    reportCopied: 'Report copied',
    dismiss: 'Dismiss',
    retry: 'Retry',
    unknownCode: 'internal',
    unknown: 'Tokenrack made a mistake',
    unknownHint: 'Please report it with the details below.',
  },
  confirm: {
    cancel: 'Cancel',
    disconnectTitle: (name: string) => `Disconnect “${name}”?`,
    disconnect: 'Disconnect',
    disconnectText: (provider: string) =>
      `Tokenrack asks ${provider} to end this access and deletes its tokens from this machine. The connection stays in the list; connecting again needs a sign-in. This cannot be undone.`,
    along: (names: string[]) =>
      names.length === 1
        ? `“${names[0]}” signs in with the same account and client: some providers end both.`
        : `${quoted(names)} sign in with the same account and client: some providers end all of them.`,
    forgetTitle: (name: string) => `Forget “${name}”?`,
    forget: 'Forget',
    forgetText: (provider: string) =>
      `Tokenrack asks ${provider} to end this access, deletes its tokens and removes the connection with its client id and secret. This cannot be undone.`,
  },
  /** The app was to end with work that it would cut short. */
  unfinished: {
    title: {
      saving: (names: string[]) =>
        names.length === 1
          ? `The new tokens of “${names[0]}” are not saved`
          : `New tokens of ${names.length} connections are not saved`,
      refresh: (names: string[]) =>
        names.length === 1
          ? `“${names[0]}” is still being refreshed`
          : `${names.length} connections are still being refreshed`,
      sign_in: (names: string[]) =>
        names.length === 1
          ? `The sign-in of “${names[0]}” is still under way`
          : `${names.length} sign-ins are still under way`,
    },
    several: 'Tokenrack is not done yet',
    what: {
      saving:
        'The keychain did not take them, so they are only in Tokenrack’s memory. If it closes now they are lost, and you will have to sign in again. Unlock the keychain, then save again.',
      refresh:
        'The provider has been asked for new tokens. If Tokenrack closes now, its answer may be lost, and you may have to sign in again.',
      sign_in:
        'The tokens are being fetched from the provider. If Tokenrack closes now they are lost, and you will have to sign in again.',
    },
    save: 'Save again and close',
    wait: 'Wait and close',
    stay: 'Keep open',
    lose: 'Close and lose them',
    cut: 'Close anyway',
  },
  /** A sign-in ended with another account than the one before. */
  otherAccount: (account: string, before: string) =>
    `Signed in as ${account}; before it was ${before}. The tokens from before were replaced here and not revoked.`,
  refreshed: (until: string | null) => (until ? `Refreshed: valid until ${until}.` : 'Refreshed; no end is known.'),
  revocationPage: 'End it at the provider',
  revocation: {
    revoked: (provider: string) => `${provider} ended the access, and the tokens are deleted here.`,
    unsupported: (provider: string) =>
      `The tokens are deleted here. ${provider} offers no way to end the access from outside; you can do it on its page.`,
    failed: (provider: string) =>
      `The tokens are deleted here, but ${provider} did not end the access. They may live on there until they expire.`,
    unknown: (provider: string) =>
      `The tokens are deleted here. ${provider} was asked to end the access, but its answer, or newer tokens before, may be lost. What it gave may live on there until it expires.`,
    again: (provider: string) =>
      `Nobody can use the tokens here any more, but ${provider} could not be told to end the access. Tokenrack keeps trying for three days.`,
    nothing: (provider: string) => `The tokens are deleted here. There was nothing to end at ${provider}.`,
  },
  /** What a reader may paste into a bug report when there is no connection to report on. */
  plainReport: (
    version: string,
    p: { code: string; message: string; cause: string | null; http_status: number | null },
  ) =>
    [`Tokenrack ${version}`, `${p.code}: ${p.message}`, p.cause ?? '', p.http_status ? `HTTP ${p.http_status}` : '']
      .filter((line) => line !== '')
      .join('\n'),
};
