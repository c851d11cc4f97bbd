// Connections, providers and checks for the fake. Every value is made up; none is a secret.

import type {
  CheckView,
  ChoiceView,
  ClaimsView,
  ConnectionView,
  ProblemView,
  ProviderPage,
  ResponseView,
  Settings,
  StatusKind,
  StatusView,
  VaultStatus,
} from './bindings';
import { catalog } from './fake-catalog';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const at = (offset: number): string => new Date(Date.now() + offset).toISOString();

export const settings: Settings = {
  clipboard_seconds: 30,
  theme: 'system',
  density: 'comfortable',
  grouping: 'nothing',
  notifications: true,
  language: null,
  keep_in_tray: true,
};
export const ready: VaultStatus = { kind: 'keychain', backend: 'GNOME Keyring', state: 'ready', detail: null };

export const problems = {
  invalidGrant: {
    code: 'oauth/invalid_grant',
    message: 'The provider no longer accepts this sign-in',
    cause: 'invalid_grant: Token has been expired or revoked.',
    ours: false,
    suggestion: 'Connect again. Refresh asks once more, should it have refused a network or a policy only.',
    action: 'connect',
    http_status: 400,
    docs_url: 'https://tokenrack.dev/docs/errors#oauth-invalid_grant',
  },
  invalidClient: {
    code: 'oauth/invalid_client',
    message: 'The provider does not accept the client id or secret',
    cause: 'invalid_client: The provided client secret is not valid for this application.',
    ours: false,
    suggestion: 'Compare both with the provider’s page, and how the client authenticates.',
    action: 'edit_connection',
    http_status: 401,
    docs_url: 'https://tokenrack.dev/docs/errors#oauth-invalid_client',
  },
  serverError: {
    code: 'oauth/server_error',
    message: 'The provider has a problem of its own',
    cause: null,
    ours: false,
    suggestion: 'Try again in a while; it may have done what it was asked, which the next try will show.',
    action: 'retry',
    http_status: 503,
    docs_url: 'https://tokenrack.dev/docs/errors#oauth-server_error',
  },
  offline: {
    code: 'network/offline',
    message: 'The provider’s name could not be found',
    cause: 'dns error: failed to lookup address information',
    ours: false,
    suggestion: 'Check the network and the address, then try again.',
    action: 'retry',
    http_status: null,
    docs_url: 'https://tokenrack.dev/docs/errors#network-offline',
  },
  unsaved: {
    code: 'vault/unsaved',
    message: 'New tokens could not be saved',
    cause: 'the vault is locked',
    ours: true,
    suggestion: 'Unlock the keychain and try again before closing.',
    action: 'retry',
    http_status: null,
    docs_url: 'https://tokenrack.dev/docs/errors#vault-unsaved',
  },
  store: {
    code: 'store/failed',
    message: 'The profile’s database failed',
    cause: 'disk I/O error',
    ours: false,
    suggestion: 'Run `tokenrack doctor`; free disk space and file permissions are the usual causes.',
    action: 'retry',
    http_status: null,
    docs_url: 'https://tokenrack.dev/docs/errors#store-failed',
  },
  nameTaken: {
    code: 'input/name_taken',
    message: 'Another connection has this name',
    cause: null,
    ours: false,
    suggestion: 'Choose another name.',
    action: null,
    http_status: null,
    docs_url: 'https://tokenrack.dev/docs/errors#input-name_taken',
  },
  unknownState: {
    code: 'callback/unknown_state',
    message: 'No sign-in is waiting for this redirect',
    cause: null,
    ours: false,
    suggestion: 'Start again with Connect; a redirect works once and only for the attempt that asked for it.',
    action: null,
    http_status: null,
    docs_url: 'https://tokenrack.dev/docs/errors#callback-unknown_state',
  },
  wrongPassphrase: {
    code: 'vault/wrong_passphrase',
    message: 'This passphrase does not open the vault',
    cause: null,
    ours: false,
    suggestion: 'Try again; nothing was changed.',
    action: 'unlock',
    http_status: null,
    docs_url: 'https://tokenrack.dev/docs/errors#vault-wrong_passphrase',
  },
  discovery: {
    code: 'discovery/failed',
    message: 'No OAuth metadata was found at this address',
    cause: 'the server answered text/html',
    ours: true,
    suggestion: 'Check the address: it should be the issuer, without a path you would see in a browser.',
    action: 'retry',
    http_status: 200,
    docs_url: 'https://tokenrack.dev/docs/errors#discovery-failed',
  },
  endpoint: {
    code: 'input/invalid',
    message: 'Something that was entered is not right',
    cause: 'token_endpoint: only https addresses are allowed',
    ours: true,
    suggestion: 'Correct it and try again.',
    action: null,
    http_status: null,
    docs_url: 'https://tokenrack.dev/docs/errors#input-invalid',
  },
  spec: {
    code: 'provider/invalid_spec',
    message: 'The provider’s description has a mistake',
    cause: 'there is no authorization or token endpoint in it',
    ours: true,
    suggestion: 'Correct the file at the place named.',
    action: null,
    http_status: null,
    docs_url: 'https://tokenrack.dev/docs/errors#provider-invalid_spec',
  },
  hostNotAllowed: {
    code: 'request/host_not_allowed',
    message: 'This connection’s token is not for this host, so nothing was sent',
    cause:
      'elsewhere.example is none of api.example; to allow it: [api] hosts = ["elsewhere.example"] in its provider file',
    ours: true,
    suggestion: 'Check the address; a host of the provider’s can be allowed in a provider file of your own.',
    action: null,
    http_status: null,
    docs_url: 'https://tokenrack.dev/docs/errors#request-host_not_allowed',
  },
} satisfies Record<string, ProblemView>;

const body = JSON.stringify({ login: 'octavia', id: 7, plan: { name: 'team', seats: 12 } });

export const response: ResponseView = {
  status: 200,
  reason: 'OK',
  duration_ms: 84,
  size: body.length,
  content_type: 'application/json; charset=utf-8',
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body,
  encoding: 'text',
  truncated: false,
};

interface Sample {
  status: Omit<StatusView, 'kind' | 'since'> & { since: number };
  problem?: ProblemView;
  /** Issued and ending, from now. */
  life?: [issued: number, ends: number];
}

const samples: Record<StatusKind, Sample> = {
  not_connected: { status: { since: -2 * DAY, until: null, evidence: 'No tokens are stored.', next: 'connect' } },
  waiting_for_browser: {
    status: {
      since: -4 * SECOND,
      until: at(10 * MINUTE - 4 * SECOND),
      evidence: 'A sign-in is open in the browser.',
      next: null,
    },
  },
  connected: {
    status: {
      since: -17 * MINUTE,
      until: at(43 * MINUTE),
      evidence: 'The provider issued this token and it has not ended.',
      next: 'copy_token',
    },
    life: [-17 * MINUTE, 43 * MINUTE],
  },
  expires_soon: {
    status: {
      since: -MINUTE,
      until: at(3 * MINUTE),
      evidence: 'The token is valid and its end is near.',
      next: 'refresh',
    },
    life: [-57 * MINUTE, 3 * MINUTE],
  },
  refreshing: {
    status: { since: -2 * SECOND, until: null, evidence: 'The token is valid while a new one is fetched.', next: null },
    life: [-56 * MINUTE, 4 * MINUTE],
  },
  expired: {
    status: {
      since: -8 * MINUTE,
      until: null,
      evidence: 'The token has ended; a refresh may renew it.',
      next: 'refresh',
    },
    life: [-68 * MINUTE, -8 * MINUTE],
  },
  offline: {
    status: {
      since: -3 * MINUTE,
      until: null,
      evidence: 'The provider could not be reached; the tokens are as before.',
      next: 'retry',
    },
    problem: problems.offline,
    life: [-30 * MINUTE, 30 * MINUTE],
  },
  retrying: {
    status: {
      since: -40 * SECOND,
      until: at(40 * SECOND),
      evidence: 'Try 3 of 6 failed; the tokens are as before.',
      next: 'retry',
    },
    problem: problems.serverError,
    life: [-58 * MINUTE, 2 * MINUTE],
  },
  action_needed: {
    status: { since: -5 * HOUR, until: null, evidence: 'The provider refused the refresh for good.', next: 'connect' },
    problem: problems.invalidGrant,
    life: [-6 * HOUR, -5 * HOUR],
  },
  provider_error: {
    status: { since: -2 * HOUR, until: null, evidence: 'The provider refused the client.', next: 'edit_connection' },
    problem: problems.invalidClient,
    life: [-3 * HOUR, -2 * HOUR],
  },
  keychain_locked: {
    status: { since: -MINUTE, until: null, evidence: 'The tokens are in a locked keychain.', next: 'unlock' },
    life: [-10 * MINUTE, 50 * MINUTE],
  },
  unsaved: {
    status: {
      since: -20 * SECOND,
      until: null,
      evidence: 'New tokens are in memory and not yet saved.',
      next: 'retry',
    },
    problem: problems.unsaved,
    life: [-20 * SECOND, HOUR],
  },
};

export const kinds = Object.keys(samples) as StatusKind[];

const people = [
  ['github', 'GitHub', 'octavia', ['repo', 'read:user', 'user:email']],
  [
    'google',
    'Google',
    'octavia.lind@example.com',
    ['openid', 'email', 'https://www.googleapis.com/auth/drive.readonly'],
  ],
  ['gitlab', 'GitLab', 'olind', ['read_api', 'openid']],
  ['microsoft', 'Microsoft', 'octavia@contoso.example', ['openid', 'offline_access', 'User.Read', 'Mail.Read']],
  ['slack', 'Slack', 'Octavia (Rackworks)', ['channels:read', 'chat:write']],
  ['discord', 'Discord', 'octavia', ['identify', 'guilds']],
  ['spotify', 'Spotify', 'octavia-l', ['user-read-email', 'playlist-read-private']],
  ['huggingface', 'Hugging Face', 'octavia', ['openid', 'read-repos']],
  ['dropbox', 'Dropbox', 'octavia.lind@example.com', ['files.metadata.read']],
] as const;
const guild: ChoiceView = {
  store: 'guild_id',
  title: 'Server',
  chosen: '81',
  options: [
    { id: '81', label: 'Rackworks' },
    { id: '82', label: 'Rackworks Sandbox' },
  ],
};
const labels = ['work', 'personal', 'staging', 'bot', 'billing', 'mirror', 'release'];
const environments = [null, 'prod', 'dev', 'staging', null];

export function connection(kind: StatusKind, n: number): ConnectionView {
  const [provider, providerName, account, scopes] = people[n % people.length] as (typeof people)[number];
  const { status, problem, life } = samples[kind];
  const drift = (n % 7) * 61 * SECOND;
  const hasSecret = n % 3 === 1;
  const view: ConnectionView = {
    id: (0xc0ffee000000 + n).toString(16),
    name: `${providerName} ${labels[n % labels.length] ?? ''}${n >= 63 ? ` ${Math.floor(n / 63)}` : ''}`,
    provider,
    provider_name: providerName,
    server: life ? `https://${provider}.example` : null,
    environment: environments[n % environments.length] ?? null,
    account: life ? account : null,
    account_id: life ? String(n) : null,
    account_before: null,
    status: { ...status, kind, since: at(status.since - drift) },
    issued_at: life ? at(life[0] - drift) : null,
    expires_at: life ? at(life[1] + (life[1] > 0 && kind === 'connected' ? drift * 20 : 0)) : null,
    refresh_expires_at: n % 4 === 0 && life ? at(9 * DAY) : null,
    sign_in_by: n % 4 === 0 && life ? { at: at(9 * DAY), basis: 'refresh_token', moves: false } : null,
    scopes_requested: [...scopes],
    scopes_granted: life ? (n % 5 === 3 ? scopes.slice(0, -1) : [...scopes]) : null,
    scopes_missing: life && n % 5 === 3 ? scopes.slice(-1) : [],
    resources: [],
    refreshable: provider !== 'github',
    dpop_bound: false,
    registration: {
      client_id: `Iv1.${(0x8f3a2b * (n + 3)).toString(16)}`,
      grant: 'authorization_code',
      authentication: hasSecret ? 'client_secret_basic' : 'none',
      redirect: n % 2 === 0 ? 'deep_link' : 'loopback',
      redirect_uri: n % 2 === 0 ? 'dev.tokenrack.desktop:/oauth/callback' : 'http://127.0.0.1/callback',
    },
    waiting: null,
    problem: problem ?? null,
    cautions: provider === 'slack' ? ['This provider cannot do PKCE; the sign-in is protected by state alone.'] : [],
    choices: provider === 'discord' && life ? [guild] : [],
    links: ['register', 'docs', 'user_revoke'],
    last_event: { at: at(status.since - drift), kind: life ? 'refreshed' : 'added', code: null },
  };
  if (problem) view.last_event = { ...view.last_event, kind: 'refresh_failed', code: problem.code };
  return kind === 'waiting_for_browser' ? waiting(view, 4 * SECOND, true) : view;
}

/** What a JWT of an identity provider says of itself. */
export function claims(connection: string): ClaimsView {
  const seconds = (offset: number): { value: string; at: string } => {
    const value = Math.floor((Date.now() + offset) / SECOND);
    return { value: String(value), at: new Date(value * SECOND).toISOString() };
  };
  const said = (all: Record<string, string>): ClaimsView['claims'] =>
    Object.entries(all).map(([name, value]) => ({ name, value, at: null }));
  return {
    connection,
    header: said({ alg: 'RS256', kid: 'b1e4c0ffee', typ: 'at+jwt' }),
    claims: [
      ...said({
        acr: '1',
        aud: '["https://api.example.com","https://api.example.com/v2/reports"]',
        azp: 'Iv1.23ce8ac',
        email: 'octavia.lind@example.com',
        entitlements: JSON.stringify(Array.from({ length: 9 }, (_, n) => `reports:region-${n}:read`)),
      }),
      { name: 'exp', ...seconds(43 * MINUTE) },
      { name: 'iat', ...seconds(-17 * MINUTE) },
      ...said({
        iss: 'https://login.example.com/',
        jti: '0f6f2c52-6a0b-4a7e-8c1c-3f5f9b1f6a10',
        scope: 'openid email',
        sub: 'auth0|65f1c0ffee',
      }),
    ],
  };
}

/** The view as it is while a redirect, or the person's entering of a code, is awaited. */
export function waiting(view: ConnectionView, since: number, browserOpened: boolean): ConnectionView {
  const device = view.registration.grant === 'device_code';
  return {
    ...view,
    problem: null,
    status: {
      ...samples.waiting_for_browser.status,
      kind: 'waiting_for_browser',
      since: at(-since),
      until: at(10 * MINUTE - since),
    },
    waiting: {
      authorization_url: `https://${view.provider}.example/oauth/authorize?client_id=${view.registration.client_id}`,
      redirect: device ? null : view.registration.redirect,
      redirect_uri: device ? null : view.registration.redirect_uri,
      device: device
        ? {
            user_code: 'WDJB-MJHT',
            verification_uri: `https://${view.provider}.example/device`,
            verification_uri_complete: null,
          }
        : null,
      host: `${view.provider}.example`,
      started_at: at(-since),
      expires_at: at(10 * MINUTE - since),
      browser_opened: browserOpened,
      exchanging: false,
    },
    last_event: { at: at(-since), kind: 'authorization_started', code: null },
  };
}

/** The view with fresh tokens. */
export function connected(view: ConnectionView, kind: 'connected' | 'refreshed'): ConnectionView {
  return {
    ...view,
    waiting: null,
    problem: null,
    account: view.account ?? 'octavia',
    status: { ...samples.connected.status, kind: 'connected', since: at(0), until: at(HOUR) },
    issued_at: at(0),
    expires_at: at(HOUR),
    scopes_granted: [...view.scopes_requested],
    scopes_missing: [],
    last_event: { at: at(0), kind, code: null },
  };
}

/** The view without tokens. */
export function disconnected(view: ConnectionView): ConnectionView {
  return {
    ...view,
    waiting: null,
    problem: null,
    account: null,
    account_id: null,
    account_before: null,
    status: { ...samples.not_connected.status, kind: 'not_connected', since: at(0) },
    issued_at: null,
    expires_at: null,
    refresh_expires_at: null,
    sign_in_by: null,
    scopes_granted: null,
    scopes_missing: [],
    last_event: { at: at(0), kind: 'disconnected', code: null },
  };
}

/** The view after a disconnect that was cut short. */
export function interrupted(view: ConnectionView): ConnectionView {
  const evidence = 'A disconnect was cut short: tokens may still be here, and valid at the provider.';
  const status = { kind: 'action_needed' as const, since: at(-2 * MINUTE), until: null, evidence, next: null };
  return { ...disconnected(view), status };
}

const page = (id: string, name: string, category: string, more: Partial<ProviderPage>): ProviderPage => {
  const page: Omit<ProviderPage, 'scopes'> = {
    id,
    name,
    category,
    icon: null,
    origin: { kind: 'shipped' },
    sources: [],
    verified: null,
    description: null,
    register_url: `https://${id}.example/apps/new`,
    docs_url: `https://${id}.example/docs/oauth`,
    app_type: null,
    checklist: [],
    warnings: [],
    vars: [],
    grants: ['authorization_code'],
    secret: 'optional',
    device_secret: more.secret ?? 'optional',
    authentication: ['client_secret_basic', 'client_secret_post'],
    redirects: ['deep_link', 'loopback', 'paste'],
    default_scopes: [],
    scope_meanings: {},
    refreshes: true,
    pkce: true,
    ...catalog.find(({ page }) => page.id === id)?.page,
    ...more,
  };
  return { scopes: Object.keys(page.scope_meanings), ...page };
};

const detailed: ProviderPage[] = [
  page('demo', 'Local demo', 'demo', {
    verified: '2026-11-20',
    description: 'A real authorization server on this machine, to try everything without an account.',
    secret: 'forbidden',
    authentication: ['none'],
    default_scopes: ['openid', 'offline_access'],
  }),
  page('discord', 'Discord', 'communication', { secret: 'required', default_scopes: ['identify'] }),
  page('dropbox', 'Dropbox', 'storage', { app_type: 'Scoped access', default_scopes: ['account_info.read'] }),
  page('github', 'GitHub', 'dev-tools', {
    secret: 'required',
    device_secret: 'optional',
    redirects: ['loopback', 'paste'],
    refreshes: false,
  }),
  page('gitlab', 'GitLab', 'dev-tools', {
    origin: { kind: 'own', file: 'gitlab.toml' },
    grants: ['authorization_code', 'device_code', 'client_credentials'],
    authentication: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    vars: [{ name: 'host', title: 'Instance host', default: 'gitlab.com', example: 'gitlab.example.com', choices: [] }],
    default_scopes: ['openid', 'read_api'],
    checklist: ['Untick “Confidential” for an app without a secret.'],
  }),
  page('google', 'Google', 'identity', {
    app_type: 'Desktop app',
    secret: 'required',
    redirects: ['loopback'],
    default_scopes: ['openid', 'email'],
    scope_meanings: {
      openid: 'Sign you in with your Google account',
      email: 'See your e-mail address',
      'https://www.googleapis.com/auth/drive.readonly': 'See and download all your files in Drive',
      'https://www.googleapis.com/auth/calendar.readonly': 'See your calendars',
    },
  }),
  page('huggingface', 'Hugging Face', 'dev-tools', { default_scopes: ['openid', 'profile'] }),
  page('microsoft', 'Microsoft', 'identity', {
    vars: [
      {
        name: 'tenant',
        title: 'Tenant',
        default: 'common',
        example: 'common',
        choices: ['common', 'organizations', 'consumers'],
      },
    ],
    scope_meanings: {
      offline_access: 'Keep the access while you are away',
      'User.Read': 'Read your profile',
      'Mail.Read': 'Read your mail',
      'Calendars.Read': 'Read your calendars',
    },
    default_scopes: ['openid', 'offline_access', 'User.Read'],
  }),
  page('oidc', 'OpenID Connect', 'identity', {
    register_url: null,
    docs_url: null,
    vars: [{ name: 'issuer', title: 'Issuer', default: null, example: 'https://login.example.com', choices: [] }],
    default_scopes: ['openid', 'offline_access'],
  }),
  page('slack', 'Slack', 'communication', { secret: 'required', pkce: false, default_scopes: ['channels:read'] }),
  page('spotify', 'Spotify', 'media', {
    secret: 'forbidden',
    authentication: ['none'],
    default_scopes: ['user-read-email'],
  }),
];

/** The shipped catalog, and in the place of some entries what the tests know to the letter. */
export const pages: ProviderPage[] = [
  ...detailed,
  ...catalog
    .filter(({ page }) => !detailed.some(({ id }) => id === page.id))
    .map(({ page: { id, name, category } }) => page(id, name, category, {})),
].sort((a, b) => a.name.localeCompare(b.name));

/** What else a provider is called. */
export const aliases = new Map(catalog.map(({ page, aliases }) => [page.id, aliases]));

export const checks: CheckView[] = [
  {
    name: 'keychain',
    title: 'Keychain',
    outcome: 'ok',
    finding: 'GNOME Keyring / Secret Service: an item was written, read and deleted in 31 ms',
    cure: null,
  },
  {
    name: 'database',
    title: 'Database',
    outcome: 'ok',
    finding: 'readable, 6 connections',
    cure: null,
  },
  {
    name: 'clock',
    title: 'Clock',
    outcome: 'warning',
    finding: '2026-11-20T11:12:00Z, but the record goes on until 2026-11-20T12:00:00Z',
    cure: 'Set this machine’s clock: sign-ins fail when it is wrong by minutes.',
  },
  {
    name: 'deep_link',
    title: 'Deep links',
    outcome: 'failed',
    finding: 'Links of dev.tokenrack.desktop do not open this program.',
    cure: 'Start Tokenrack again, or install it again.',
  },
];
