// A certified OpenID provider (panva's oidc-provider) with three clients: `desktop` (public), `conf-basic` and
// `conf-post`. Any user name and password sign in.
//
// AT_TTL: seconds an access token lives. TOKEN_DELAY: milliseconds the token endpoint takes, to widen races.
// REDIRECTS: more redirect URIs for every client, separated by spaces.
import { setTimeout as sleep } from 'node:timers/promises';
import { Provider } from 'oidc-provider';
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
};
const on = { enabled: true };

const configuration = {
  clients: [
    { ...common, client_id: 'desktop', token_endpoint_auth_method: 'none' },
    // Characters that only a client which form-encodes as RFC 6749 §2.3.1 says gets through.
    { ...common, client_id: 'conf-basic', client_secret: 'basic-secret+/%:', token_endpoint_auth_method: 'client_secret_basic' },
    { ...common, client_id: 'conf-post', client_secret: 'post-secret', token_endpoint_auth_method: 'client_secret_post' },
  ],
  cookies: { keys: ['only for tests'] },
  pkce: { required: () => true },
  rotateRefreshToken: true, // a spent refresh token ends the whole grant
  issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: `${id} of the demo`, email: `${id}@example.test`, email_verified: true }),
  }),
  ttl: { AccessToken: Number(process.env.AT_TTL ?? 3600) },
  features: { devInteractions: on, introspection: on, revocation: on, userinfo: on },
};

/** The endpoints tests ask about; pages and static files would only be noise. */
const LOGGED = ['/auth', '/token', '/token/revocation', '/token/introspection', '/me'];

await serve(issuer => {
  const provider = new Provider(issuer, configuration);
  provider.on('server_error', (_, error) => console.error(error));
  provider.use(async (ctx, next) => {
    if (ctx.path === '/token' && process.env.TOKEN_DELAY) await sleep(Number(process.env.TOKEN_DELAY));
    await next();
    if (!LOGGED.includes(ctx.path)) return;
    record({
      path: ctx.path,
      method: ctx.method,
      query: { ...ctx.query },
      form: { ...ctx.oidc?.body },
      authorization: ctx.get('authorization') || undefined,
      status: ctx.status,
      answer: ctx.path === '/auth' ? undefined : ctx.body,
    });
  });
  return provider.callback();
});
