// An OpenID provider that misbehaves in one way: the client id names the fault (`fault-wrong-iss`), so that many
// tests can run against one server. `fault-none` behaves. There is no sign-in page: the redirect comes at once.
import { randomUUID } from 'node:crypto';
import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';
import { record, serve } from './serve.mjs';

const seconds = () => Math.floor(Date.now() / 1000);
const hour = 3600;

/** Spoils the ID token before it is signed. */
const claims = {
  'wrong-iss': c => { c.iss = 'https://evil.example'; },
  'wrong-aud': c => { c.aud = 'someone-else'; },
  'extra-aud': c => { c.aud = [c.aud, 'other']; },
  'wrong-azp': c => { c.azp = 'other'; },
  'wrong-nonce': c => { c.nonce = 'other'; },
  'no-nonce': c => { delete c.nonce; },
  'no-sub': c => { delete c.sub; },
  'no-exp': c => { delete c.exp; },
  'no-iat': c => { delete c.iat; },
  'expired': c => Object.assign(c, { nbf: seconds() - 2 * hour, iat: seconds() - 2 * hour, exp: seconds() - hour }),
  'not-yet': c => { c.nbf = seconds() + 100 * hour; },
  'wrong-at-hash': c => { c.at_hash = 'A'.repeat(22); },
  'unknown-kid': (_, header) => { header.kid = 'nobody-knows-this-key'; },
};

/** Rewrites one of the three parts of the signed ID token. */
const idTokenPart = (answer, index, change) => {
  const parts = answer.body.id_token.split('.');
  parts[index] = change(parts[index]);
  answer.body.id_token = parts.join('.');
};

/** Spoils the token endpoint's answer. */
const answers = {
  'bad-signature': a => idTokenPart(a, 2, s => (s.startsWith('A') ? 'B' : 'A') + s.slice(1)),
  'alg-none': a => {
    idTokenPart(a, 0, () => Buffer.from('{"alg":"none"}').toString('base64url'));
    idTokenPart(a, 2, () => '');
  },
  'no-id-token': a => { delete a.body.id_token; },
  'no-access-token': a => { delete a.body.access_token; },
  'no-token-type': a => { delete a.body.token_type; },
  'odd-token-type': a => { a.body.token_type = 'mac'; },
  'lower-bearer': a => { a.body.token_type = 'bEARER'; },
  'no-expires-in': a => { delete a.body.expires_in; },
  'string-expires-in': a => { a.body.expires_in = '3600'; },
  'negative-expires-in': a => { a.body.expires_in = -1; },
  'array-body': a => { a.body = []; },
  'null-body': a => { a.body = null; },
  'server-error': a => Object.assign(a, { statusCode: 500, body: { error: 'server_error' } }),
  'unavailable': a => Object.assign(a, { statusCode: 503, body: {} }),
  'invalid-grant': a => Object.assign(a, { statusCode: 400, body: { error: 'invalid_grant', error_description: 'spent' } }),
  'unauthorized': a => Object.assign(a, { statusCode: 401, body: { error: 'invalid_client' } }),
  'error-with-200': a => { a.body = { error: 'invalid_grant' }; },
};

/** Spoils what the browser brings back. */
const redirects = {
  'wrong-state': q => q.set('state', 'other'),
  'no-state': q => q.delete('state'),
  'twice-state': q => q.append('state', 'other'),
  'wrong-response-iss': q => q.set('iss', 'https://evil.example'),
  'no-code': q => q.delete('code'),
  'twice-code': q => q.append('code', 'other'),
  'access-denied': q => { q.delete('code'); q.set('error', 'access_denied'); },
  'code-and-error': q => q.set('error', 'server_error'),
};

/** Spoils userinfo. */
const userinfos = {
  'other-sub': a => { a.body.sub = 'mallory'; },
  'userinfo-401': a => Object.assign(a, { statusCode: 401, body: { error: 'invalid_token' } }),
};

const faultOf = clientId => String(clientId ?? '').replace(/^fault-/, '');

await serve(async url => {
  const issuer = new OAuth2Issuer();
  issuer.url = url;
  await issuer.keys.generate('RS256');
  const service = new OAuth2Service(issuer);
  const owners = new Map(); // access token → fault, because userinfo names no client

  service.on('beforeTokenSigning', (jwt, request) => {
    jwt.payload.jti = randomUUID(); // two tokens of one second would be the same
    // The ID token is the one with an audience; the access token has none.
    if (jwt.payload.aud) claims[faultOf(request.body?.client_id)]?.(jwt.payload, jwt.header);
  });
  service.on('beforeResponse', (answer, request) => {
    const fault = faultOf(request.body?.client_id);
    owners.set(answer.body.access_token, fault);
    answers[fault]?.(answer);
    record({ path: '/token', form: request.body, status: answer.statusCode, answer: answer.body });
  });
  service.on('beforeAuthorizeRedirect', (redirect, request) => {
    const asked = new URL(request.url, url).searchParams;
    redirects[faultOf(asked.get('client_id'))]?.(redirect.url.searchParams);
    record({ path: '/authorize', query: Object.fromEntries(asked) });
  });
  service.on('beforeUserinfo', (answer, request) => {
    userinfos[owners.get(request.headers.authorization?.replace(/^Bearer /, ''))]?.(answer);
    record({ path: '/userinfo', status: answer.statusCode });
  });
  service.on('beforeRevoke', (_, request) => record({ path: '/revoke', length: request.headers['content-length'] }));
  return service.requestHandler;
});
