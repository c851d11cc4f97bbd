// Every word of the page, whole sentences only. Words about failures and statuses' evidence come from the core.

import type {
  Action,
  ActivityKind,
  Channel,
  CheckOutcome,
  ClientAuthentication,
  GrantType,
  ProviderLink,
  RedirectMethod,
  StatusKind,
  VaultState,
  VaultStatus,
} from './ipc/bindings';
import type { Share } from './status';

const status: Record<StatusKind, string> = {
  not_connected: 'Not connected',
  waiting_for_browser: 'Waiting for browser',
  connected: 'Connected',
  expires_soon: 'Expires soon',
  refreshing: 'Refreshing',
  expired: 'Expired',
  offline: 'Offline',
  retrying: 'Retrying',
  action_needed: 'Action needed',
  provider_error: 'Provider error',
  keychain_locked: 'Keychain locked',
  unsaved: 'Unsaved',
};

const activity: Record<ActivityKind, string> = {
  added: 'Added',
  authorization_started: 'Sign-in started',
  connected: 'Connected',
  authorization_failed: 'Sign-in failed',
  authorization_cancelled: 'Sign-in cancelled',
  callback_refused: 'Redirect refused',
  refreshed: 'Refreshed',
  refresh_failed: 'Refresh failed',
  token_released: 'Token handed out',
  revoked: 'Revoked at the provider',
  revocation_unsupported: 'Provider cannot revoke',
  revocation_failed: 'Revocation failed',
  revocation_given_up: 'Revocation given up',
  disconnected: 'Disconnected',
  forgotten: 'Forgotten',
  edited: 'Edited',
  introspected: 'Introspected',
};

const channel: Record<Channel, string> = {
  app: 'app',
  command: 'command line',
  deep_link: 'link',
  loopback: 'loopback',
  paste: 'pasted',
  engine: 'engine',
};

const action: Record<Action, string> = {
  connect: 'Connect',
  refresh: 'Refresh',
  copy_token: 'Copy token',
  retry: 'Retry',
  copy_link: 'Copy link',
  unlock: 'Unlock',
  edit_connection: 'Fix settings',
};

const redirect: Record<RedirectMethod, string> = {
  deep_link: 'Link to this app',
  loopback: 'Loopback address',
  paste: 'Paste by hand',
};

const authentication: Record<ClientAuthentication, string> = {
  none: 'None (public client)',
  client_secret_basic: 'Secret in the header (Basic)',
  client_secret_post: 'Secret in the body (Post)',
  private_key_jwt: 'Signed with a private key',
};

const link: Record<ProviderLink, string> = {
  register: 'Open the provider’s app page',
  docs: 'Provider’s documentation',
  user_revoke: 'End the access at the provider',
};

const vaultState: Record<VaultState, string> = {
  ready: 'unlocked',
  locked: 'locked',
  new: 'not set up',
  absent: 'not found',
  denied: 'access denied',
  unresponsive: 'not answering',
};

const outcome: Record<CheckOutcome, string> = { ok: 'Well', warning: 'With a limit', failed: 'Not usable' };

const categories: Record<string, string> = {
  'crm-support': 'CRM and support',
  'dev-tools': 'Developer tools',
  'e-sign-hr': 'Signatures and HR',
  'health-fitness': 'Health and fitness',
  'project-management': 'Project management',
  'scheduling-forms': 'Scheduling and forms',
  'time-tracking': 'Time tracking',
  'web-publishing': 'Web publishing',
};

/** A category's name: our words, or those of the person's own file. */
function category(id: string): string {
  const words = categories[id] ?? id.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const way: Record<GrantType | 'refresh_token', string> = {
  authorization_code: 'With the browser',
  device_code: 'With a code',
  client_credentials: 'As the client itself',
  refresh_token: 'With a refresh token',
};

const wayHint: Record<GrantType | 'refresh_token', string> = {
  authorization_code: 'You sign in on the provider’s page, and the browser brings you back here.',
  device_code: 'You enter a short code on the provider’s page, on any device. Nothing has to come back here.',
  client_credentials: 'Nobody signs in: the client acts for itself, with its own secret or key.',
  refresh_token: 'You paste one that this client was given elsewhere. It is used at once.',
};

/** "1 connection", "2 connections": English has two forms; a catalog will have more. */
const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

export const text = {
  app: 'Tokenrack',
  status,
  activity,
  channel,
  redirect,
  authentication,
  category,
  categoryCount: (id: string, n: number) => `${category(id)} (${n})`,
  way,
  wayHint,
  link,
  vaultState,
  outcome,

  /** The word on the button of a connection's next step; it depends on what the step would mend. */
  step(next: Action, kind: StatusKind): string {
    if (next === 'connect' && kind !== 'not_connected') return 'Reconnect';
    if (next === 'retry' && kind === 'retrying') return 'Retry now';
    if (next === 'retry' && kind === 'unsaved') return 'Save again';
    if (next === 'copy_token') return 'Copy';
    return action[next];
  },
  action,

  /** Every connection is counted once, so that the numbers add up. */
  summary(shares: Record<Share, number>): string {
    const { connected, waiting, retrying, offline, needsPerson, notConnected } = shares;
    const parts = [
      connected > 0 && `${connected} connected`,
      waiting > 0 && `${waiting} waiting`,
      retrying > 0 && `${retrying} retrying`,
      offline > 0 && `${offline} offline`,
      needsPerson > 0 && count(needsPerson, 'needs you', 'need you'),
      notConnected > 0 && `${notConnected} not connected`,
    ].filter(Boolean);
    return parts.length === 0 ? 'No connections yet.' : `${parts.join(', ')}.`;
  },

  console: {
    title: 'Connections',
    add: 'Add connection',
    settings: 'Settings',
    filter: 'Filter connections',
    filterPlaceholder: 'Filter',
    loading: 'Reading your connections…',
    empty: 'Connections you add appear here, each with a status you can trust.',
    emptyButton: 'Add your first connection',
    noMatch: (query: string) => `Nothing matches “${query}”.`,
    clearFilter: 'Clear the filter',
    failed: 'Tokenrack could not read your connections',
  },
  time: {
    hours: (hours: number, minutes: string) => `${hours} h ${minutes} min`,
    days: (days: number, hours: number) => `${days} d ${hours} h`,
    now: 'now',
    seconds: (n: number) => `${n} s`,
    minutes: (n: number) => `${n} min`,
    wholeHours: (n: number) => `${n} h`,
    wholeDays: (n: number) => `${n} d`,
    justNow: 'just now',
    secondsAgo: (n: number) => `${n} s ago`,
    minutesAgo: (n: number) => `${n} min ago`,
    hoursAgo: (n: number) => `${n} h ago`,
    daysAgo: (n: number) => `${n} d ago`,
    dayAndTime: (day: string, time: string) => `${day} ${time}`,
  },
  column: {
    status: 'Status',
    name: 'Name',
    provider: 'Provider',
    environment: 'Env',
    left: 'Time left',
    scopes: 'Scopes',
    last: 'Last event',
    step: 'Next step',
  },
  row: {
    noAccount: 'no account yet',
    none: '–',
    noEnd: 'no end known',
    remaining: 'left',
    ended: 'ended',
    nextTry: 'next try',
    signIn: 'to sign in',
    exchanging: 'fetching tokens…',
    fewerScopes: (granted: number, asked: number) => `${granted} of ${asked} scopes granted`,
    scopes: (n: number) => count(n, 'scope', 'scopes'),
    copied: (left: string) => `Copied, clears in ${left}`,
  },

  request: {
    open: 'Test request',
    url: 'Address',
    hint: 'Asked with GET and this connection’s token. The token is not shown here.',
    send: 'Send',
    empty: 'Give an address of the provider’s API.',
    summary: (status: number, reason: string, ms: number, size: string) =>
      `${status}${reason && ` ${reason}`}, ${ms} ms, ${size}`,
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
    refresh: 'Refresh',
    reconnect: 'Reconnect',
    connect: 'Connect',
    disconnect: 'Disconnect…',
    forget: 'Forget…',
    edit: 'Edit',
    life: 'Token life',
    issued: 'Issued',
    ends: 'Ends',
    ended: 'Ended',
    now: 'Now',
    noEnd: 'The provider does not say when this token ends.',
    untilClock: (time: string) => `Valid until ${time}.`,
    left: (left: string) => `${left} left`,
    signInBy: {
      refresh_token: (when: string) => `Sign-in needed by ${when}: the refresh token ends then.`,
      history: (when: string) => `Sign-in needed by about ${when}: the earlier ones lasted so long.`,
      moves: (when: string) => `No sign-in is needed while it is refreshed before ${when}.`,
    },
    refreshable: 'Tokenrack renews it by itself before it ends.',
    notRefreshable: 'The provider gave no refresh token: sign in again when it ends.',
    lifeMark: (what: string, when: string) => `${what}, ${when}`,
    scopes: 'Scopes',
    granted: 'granted',
    notGranted: 'not granted',
    extra: 'granted as well',
    asked: 'asked for',
    noScopes: 'The provider’s default access; no scopes are asked for.',
    details: 'Details',
    provider: 'Provider',
    account: 'Account',
    environment: 'Environment',
    clientId: 'Client id',
    authentication: 'Client authentication',
    redirect: 'Way back',
    redirectUri: 'Redirect URI',
    unknown: 'not known yet',
    grant: 'Way to tokens',
    choose: 'Choose one',
    choiceHint: 'Requests go to this one from now on.',
    cautions: 'Weaker than it could be',
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
    troubleHint: 'After signing in, copy the whole address from the browser’s address bar and paste it here.',
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

  clipboard: {
    copied: (name: string) => `Token of ${name} is on the clipboard`,
    copiedShort: 'Token on the clipboard',
    clears: 'clears in',
    clear: 'Clear now',
    cleared: 'The clipboard was cleared.',
  },

  confirm: {
    cancel: 'Cancel',
    disconnectTitle: (name: string) => `Disconnect “${name}”?`,
    disconnect: 'Disconnect',
    disconnectText: (provider: string) =>
      `Tokenrack asks ${provider} to end this access and deletes its tokens from this machine. The connection stays in the list; connecting again needs a sign-in. This cannot be undone.`,
    forgetTitle: (name: string) => `Forget “${name}”?`,
    forget: 'Forget',
    forgetText: (provider: string) =>
      `Tokenrack asks ${provider} to end this access, deletes its tokens and removes the connection with its client id and secret. This cannot be undone.`,
  },
  unsaved: {
    title: (names: string[]) =>
      names.length === 1
        ? `The new tokens of “${names[0]}” are not saved`
        : `New tokens of ${names.length} connections are not saved`,
    what: 'The keychain did not take them, so they are only in Tokenrack’s memory. If it closes now they are lost, and you will have to sign in again. Unlock the keychain, then save again.',
    save: 'Save again and close',
    stay: 'Keep open',
    lose: 'Close and lose them',
  },
  revocationPage: 'End it at the provider',
  revocation: {
    revoked: (provider: string) => `${provider} ended the access, and the tokens are deleted here.`,
    unsupported: (provider: string) =>
      `The tokens are deleted here. ${provider} offers no way to end the access from outside; you can do it on its page.`,
    failed: (provider: string) =>
      `The tokens are deleted here, but ${provider} did not end the access. They may live on there until they expire.`,
    again: (provider: string) =>
      `Nobody can use the tokens here any more, but ${provider} could not be told to end the access. Tokenrack keeps trying for three days.`,
    nothing: (provider: string) => `The tokens are deleted here. There was nothing to end at ${provider}.`,
  },

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

  add: {
    title: 'Add a connection',
    back: 'Back',
    search: 'Search providers, or paste the URL of an issuer or an MCP server',
    searchPlaceholder: 'Search, or paste a URL',
    discover: (url: string) => `Discover ${url}`,
    discoverHint: 'Reads the server’s own metadata and fills the form in.',
    discovering: 'Asking the server…',
    none: (query: string) => `No provider matches “${query}”. It can be connected all the same:`,
    noneUrl: 'Paste the URL of its server, issuer or MCP server above; it starts with https://.',
    noneFile: 'Or describe it in a file of your own.',
    own: 'Add your own provider',
    editOwn: 'Edit provider',
    noneHere: (query: string, category: string) => `Nothing in “${category}” matches “${query}”.`,
    category: 'Category',
    allCategories: (n: number) => `All categories (${n})`,
    searchAll: (n: number) => `Show ${count(n, 'match', 'matches')} in other categories`,
    results: (n: number) => count(n, 'provider', 'providers'),
    verified: (day: string) => `verified ${day}`,
    facts: 'About this entry',
    origin: { shipped: 'It came with Tokenrack.', discovered: 'It was read from the server’s own metadata just now.' },
    originOwn: (file: string) => `It is your own file, ${file}.`,
    verifiedLong: (day: string) => `Somebody connected to the real provider with it on ${day}.`,
    unverifiedLong: {
      shipped: 'Not verified here: it was put together from the sources below, and nobody has connected with it yet.',
      own: 'Not verified here: nobody has noted that they connected with it.',
      discovered: 'Not verified here: nobody has checked what the server says of itself.',
    },
    sources: (n: number) => count(n, 'source', 'sources'),
    allProviders: 'All providers',
    at: (provider: string) => `At ${provider}`,
    atText: 'Register an application there. You do this once.',
    atDiscovered: 'Register a client at this server, or use one you have.',
    openRegister: 'Open the registration page',
    openDocs: 'Documentation',
    appType: 'Application type',
    redirectUri: 'Redirect URI to register',
    redirectHint: 'Exactly this, to the letter.',
    steps: 'What to do there',
    warnings: 'Mind',
    here: 'Here',
    hereText: 'Paste what the provider gave you.',
    clientId: 'Client id',
    clientSecret: 'Client secret',
    secretOptional: 'Only if the provider gave you one.',
    secretKept: 'Goes straight to the vault and is never shown again.',
    privateKey: 'Private key',
    privateKeyHint: 'PEM (PKCS#8) or a JSON Web Key. It stays in the vault and is never sent.',
    refreshToken: 'Refresh token',
    refreshTokenHint: 'The provider may replace it: then the program it came from has to sign in again.',
    how: 'How to connect:',
    registersItself: 'Left empty, Tokenrack registers itself.',
    secretWithoutId: 'A secret belongs to a client id: give both or neither.',
    noSecret: 'This provider’s clients have no secret.',
    name: 'Name',
    environment: 'Environment',
    environmentHint: 'dev, staging, prod or your own word',
    scopes: 'Scopes',
    scopesHint: 'One per line, or separated by spaces.',
    scopesDefault: 'Reset to the default',
    more: 'Way back and authentication',
    redirect: 'Way back',
    port: 'Loopback port',
    portHint: 'Empty: any free one.',
    authentication: 'Client authentication',
    ownRedirect: 'Own redirect URI',
    ownRedirectHint: 'For a client that is registered already; used to the letter.',
    noPkce: 'This provider cannot do PKCE. The sign-in is protected by state alone.',
    noRefresh: 'This provider gives no refresh tokens: you sign in again when the token ends.',
    connect: 'Add and connect',
    only: 'Add',
    bring: 'Add and use the token',
    busy: 'Adding…',
    optional: 'optional',
    missing: 'This is needed.',
    publicSecret: 'A public client sends no secret: leave it empty, or choose below how it is sent.',
    portRange: 'A port is a whole number between 1024 and 65535.',
  },

  endpoints: {
    common: 'Use /oauth2/auth and /oauth2/token',
    hand: 'Give the endpoints by hand',
    go: 'Use these',
    optional: 'optional',
    fields: {
      authorization_endpoint: 'Authorization endpoint',
      token_endpoint: 'Token endpoint',
      revocation_endpoint: 'Revocation endpoint',
      userinfo_endpoint: 'Userinfo endpoint',
      device_authorization_endpoint: 'Device authorization endpoint',
      introspection_endpoint: 'Introspection endpoint',
      jwks_uri: 'Keys of ID tokens (jwks_uri)',
      issuer: 'Issuer',
    },
  },

  edit: {
    title: (name: string) => `Edit “${name}”`,
    back: 'Cancel',
    settings: 'Settings',
    settingsText: 'The tokens stay as they are; from now on Refresh and the next sign-in use what is written here.',
    atText: 'Compare with what is registered there.',
    secretKept: 'kept as it is; type to replace',
    newUriLabel: 'New redirect URI',
    newUri: (provider: string) => `This address is new: register it at ${provider} before you connect again.`,
    save: 'Save',
    saving: 'Saving…',
    cancel: 'Cancel',
  },

  settings: {
    title: 'Settings',
    back: 'Back',
    appearance: 'Appearance',
    theme: 'Theme',
    themes: { system: 'As the desktop', light: 'Light', dark: 'Dark' },
    density: 'Rows',
    densities: { comfortable: 'Comfortable', compact: 'Compact' },
    notifications: 'Notifications',
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
    selftestHint: 'Sends itself a link the way a browser would.',
    files: 'Files',
    about: 'About',
    version: (version: string) => `Tokenrack ${version}`,
    copyDiagnostics: 'Copy as text',
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

  shortcuts: {
    title: 'Keys',
    open: 'Keys',
    hint: 'keys',
    anywhere: 'Anywhere',
    table: 'In the table',
    close: 'Close',
    move: 'Move between connections',
    ends: 'First, last connection',
    buttons: 'To the buttons of a row',
    openRow: 'Open the connection',
    filter: 'Filter',
    back: 'One level back; cancels a sign-in',
    add: 'Add a connection',
    saveSpec: 'Save a provider file',
    settings: 'Settings',
    help: 'This list',
    connect: 'Connect',
    refresh: 'Refresh',
    copy: 'Copy token',
    disconnect: 'Disconnect',
    edit: 'Edit settings',
  },

  announce: {
    soon: (n: number, minutes: number) =>
      n === 1
        ? `One connection ends in less than ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`
        : `${n} connections end in less than ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
    ended: (n: number) => (n === 1 ? 'One token has ended.' : `${n} tokens have ended.`),
    status: (name: string, word: string) => `${name}: ${word}.`,
    changes: (n: number) => `${n} connections changed.`,
    copied: (name: string) => `Token of ${name} copied.`,
    /** Letter by letter, as it has to be typed. */
    code: (name: string, code: string, page: string) => `${name}: enter the code ${[...code].join(' ')} at ${page}.`,
    edited: (name: string) => `Settings of ${name} saved.`,
    provider: (id: string) => `${id}.toml saved.`,
    matches: (n: number) => count(n, 'connection matches.', 'connections match.'),
  },
  notices: 'Notices',

  /** What a reader may paste into a bug report when there is no connection to report on. */
  plainReport: (
    version: string,
    p: { code: string; message: string; cause: string | null; http_status: number | null },
  ) =>
    [`Tokenrack ${version}`, `${p.code}: ${p.message}`, p.cause ?? '', p.http_status ? `HTTP ${p.http_status}` : '']
      .filter((line) => line !== '')
      .join('\n'),
};
