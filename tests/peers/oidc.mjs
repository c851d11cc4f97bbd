// A certified OpenID provider (panva's oidc-provider). Its clients: `desktop` (public), `conf-basic` and `conf-post`;
// `device` (public, device authorization), `machine` (client credentials) and `key-holder` (private_key_jwt, with the
// public half of JWK; every grant). Any user name and password sign in.
//
// AT_TTL: seconds an access token lives. DEVICE_TTL: the same for a device code. JWK: a public key.
// TOKEN_DELAY: milliseconds the token endpoint takes, to widen races.
// REDIRECTS: more redirect URIs for every client, separated by spaces.
// BOUND: authorization requests are pushed (RFC 9126), and tokens are bound to a key, with a nonce (RFC 9449).
// REGISTRATION: clients may register themselves (RFC 7591).
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Provider, errors } from 'oidc-provider';
import { record, serve } from './serve.mjs';

const redirect_uris = [
  'dev.tokenrack.desktop:/oauth/callback',
  'dev.tokenrack.desktop:/oauth/callback/demo',
  'http://127.0.0.1/callback', // a native client: any port (RFC 8252 §7.3)
  ...(process.env.REDIRECTS ?? '').split(' ').filter(Boolean),
];
const common = {
  application_type: 'native',
  redirect_uris,
  grant_types: ['authorization_code', 'refresh_token'],
  dpop_bound_access_tokens: Boolean(process.env.BOUND),
};
const on = { enabled: true };
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const jwks = { keys: process.env.JWK ? [JSON.parse(process.env.JWK)] : [] };
/** The one API that tokens can be for (RFC 8707). */
const API = 'https://api.example.test';

const configuration = {
  clients: [
    { ...common, client_id: 'desktop', token_endpoint_auth_method: 'none' },
    // Characters that only a client which form-encodes as RFC 6749 §2.3.1 says gets through.
    { ...common, client_id: 'conf-basic', client_secret: 'basic-secret+/%:', token_endpoint_auth_method: 'client_secret_basic' },
    { ...common, client_id: 'conf-post', client_secret: 'post-secret', token_endpoint_auth_method: 'client_secret_post' },
    { client_id: 'device', grant_types: [DEVICE, 'refresh_token'], redirect_uris: [], response_types: [], token_endpoint_auth_method: 'none' },
    { client_id: 'machine', client_secret: 'machine-secret', token_endpoint_auth_method: 'client_secret_post', grant_types: ['client_credentials'], redirect_uris: [], response_types: [], scope: 'api:read' },
    ...(jwks.keys.length ? [{
      ...common, client_id: 'key-holder', jwks, token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials', DEVICE],
    }] : []),
  ],
  cookies: { keys: ['only for tests'] },
  pkce: { required: () => true },
  rotateRefreshToken: true, // a spent refresh token ends the whole grant
  issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
  scopes: ['openid', 'offline_access', 'profile', 'email', 'api:read'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: `${id} of the demo`, email: `${id}@example.test`, email_verified: true }),
  }),
  ttl: {
    AccessToken: Number(process.env.AT_TTL ?? 3600),
    ClientCredentials: Number(process.env.AT_TTL ?? 3600),
    DeviceCode: Number(process.env.DEVICE_TTL ?? 600),
  },
  enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] },
  features: {
    devInteractions: on, registration: { enabled: Boolean(process.env.REGISTRATION) }, introspection: on, revocation: on, userinfo: on, deviceFlow: on, clientCredentials: on,
    pushedAuthorizationRequests: { ...on, requirePushedAuthorizationRequests: Boolean(process.env.BOUND) },
    dPoP: { ...on, nonceSecret: randomBytes(32), requireNonce: () => Boolean(process.env.BOUND) },
    resourceIndicators: {
      ...on,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => {
        if (resource !== API) throw new errors.InvalidTarget();
        return { scope: 'api:read', audience: API, accessTokenFormat: 'opaque' };
      },
    },
  },
};

/** The endpoints tests ask about; pages and static files would only be noise. */
const LOGGED = ['/auth', '/token', '/token/revocation', '/token/introspection', '/me', '/device/auth', '/reg', '/request'];

await serve(issuer => {
  const provider = new Provider(issuer, configuration);
  provider.on('server_error', (_, error) => console.error(error));
  provider.use(async (ctx, next) => {
    if (ctx.path === '/token' && process.env.TOKEN_DELAY) await sleep(Number(process.env.TOKEN_DELAY));
    await next();
    // Its default of 5 s (RFC 8628 §3.2) would only make tests slow.
    if (ctx.path === '/device/auth' && ctx.status === 200) ctx.body = { ...ctx.body, interval: 1 };
    if (!LOGGED.includes(ctx.path)) return;
    record({
      path: ctx.path,
      method: ctx.method,
      query: { ...ctx.query },
      form: { ...ctx.oidc?.body },
      authorization: ctx.get('authorization') || undefined,
      proof: ctx.get('dpop') || undefined,
      status: ctx.status,
      answer: ctx.path === '/auth' ? undefined : ctx.body,
    });
  });
  return provider.callback();
});
