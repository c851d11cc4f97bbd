// A plain OAuth server, each issuer of which is odd in one way: the path's first segment says which.
// `http://127.0.0.1:PORT/refresh-empty-400` behaves until a token is refreshed, then answers 400 and nothing else.
// `/none` behaves. `POST /_peer/heal/refresh-empty-400` makes an issuer behave from then on.
// There is no sign-in page: the redirect comes at once.
import { createHash, randomUUID } from 'node:crypto';
import { answerJson, readForm, record, serve } from './serve.mjs';
import { discovery, revocation, token } from './oddities.mjs';

const healed = new Set();
const codes = new Map();
const refreshTokens = new Map();
let origin;

/** The oddity of this issuer at this place, if it is this place's turn. */
function oddity(table, stage, issuer) {
  if (healed.has(issuer) || !issuer.startsWith(`${stage}-`)) return undefined;
  return table[issuer.slice(stage.length + 1)];
}

function metadata(issuer) {
  const base = `${origin}/${issuer}`;
  return {
    issuer: base,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    ...(issuer === 'revoke-none' ? {} : { revocation_endpoint: `${base}/revoke` }),
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    authorization_response_iss_parameter_supported: true,
  };
}

function authorize(issuer, query, response) {
  const code = randomUUID();
  codes.set(code, { ...query, issuer });
  const back = new URL(query.redirect_uri);
  back.searchParams.set('code', code);
  back.searchParams.set('state', query.state);
  back.searchParams.set('iss', `${origin}/${issuer}`);
  record({ path: `/${issuer}/authorize`, query });
  response.writeHead(303, { location: back.href }).end();
}

/** A good token answer, or an RFC 6749 §5.2 error. */
function grant(issuer, form) {
  const refused = (error, error_description) => ({ status: 400, body: { error, error_description } });
  if (form.grant_type === 'authorization_code') {
    const asked = codes.get(form.code);
    codes.delete(form.code);
    if (!asked || asked.issuer !== issuer) return refused('invalid_grant', 'unknown code');
    if (asked.redirect_uri !== form.redirect_uri) return refused('invalid_grant', 'another redirect_uri');
    const challenge = createHash('sha256').update(form.code_verifier ?? '').digest('base64url');
    if (asked.code_challenge !== challenge) return refused('invalid_grant', 'wrong verifier');
    return issue(issuer, asked.scope ?? asked.user_scope);
  }
  if (form.grant_type !== 'refresh_token') return refused('unsupported_grant_type');
  const known = refreshTokens.get(form.refresh_token);
  if (known?.issuer !== issuer) return refused('invalid_grant', 'unknown refresh token');
  refreshTokens.delete(form.refresh_token);
  return issue(issuer, known.scope);
}

function issue(issuer, scope) {
  const refresh_token = `rt-${randomUUID()}`;
  refreshTokens.set(refresh_token, { issuer, scope });
  const body = { access_token: `at-${randomUUID()}`, token_type: 'Bearer', expires_in: 3600, refresh_token, scope };
  return { status: 200, body };
}

async function tokenEndpoint(issuer, request, response) {
  const form = await readForm(request);
  const stage = form.grant_type === 'refresh_token' ? 'refresh' : 'code';
  const odd = oddity(token, stage, issuer) ?? oddity(token, 'token', issuer);
  let done;
  // An oddity that never calls this has not acted on the request: its refresh token is still good.
  const act = () => (done ??= grant(issuer, form));
  const keepSent = issued => {
    refreshTokens.set(form.refresh_token, refreshTokens.get(issued));
    refreshTokens.delete(issued);
  };
  record({ path: `/${issuer}/token`, form, authorization: request.headers.authorization });
  if (odd) await odd({ request, response, form, act, keepSent, stage });
  else answerJson(response, act().status, act().body);
  record({ path: `/${issuer}/token#answer`, status: done?.status, answer: done?.body });
}

/** Like GitHub: the application ends its own grant, and says which in a JSON body. */
async function endGrant(path, request, response) {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  record({ path, method: request.method, authorization: request.headers.authorization, json: JSON.parse(text) });
  return response.writeHead(204).end();
}

async function revoke(issuer, request, response) {
  const form = await readForm(request);
  record({ path: `/${issuer}/revoke`, form, authorization: request.headers.authorization });
  const odd = oddity(revocation, 'revoke', issuer);
  if (odd) return odd({ request, response });
  refreshTokens.delete(form.token);
  return response.writeHead(200).end();
}

/** What every token reaches. */
const SITES = [
  { id: 's-1', name: 'Acme' },
  { id: 's-2', name: 'Other' },
];

const WELL_KNOWN = [
  [/^\/\.well-known\/oauth-authorization-server\/([\w-]+)$/, 'rfc8414'],
  [/^\/([\w-]+)\/\.well-known\/openid-configuration$/, 'openid'],
];

function wellKnown(path, response) {
  for (const [pattern, place] of WELL_KNOWN) {
    const issuer = pattern.exec(path)?.[1];
    if (!issuer) continue;
    record({ path, place });
    const odd = oddity(discovery, 'discovery', issuer);
    if (odd) odd({ response, place, document: metadata(issuer) });
    else if (place === 'rfc8414') answerJson(response, 200, metadata(issuer));
    else response.writeHead(404).end();
    return true;
  }
  return false;
}

const heal = command => {
  const [verb, issuer] = command.split('/');
  if (verb === 'heal') healed.add(issuer);
  return verb === 'heal';
};

await serve(url => {
  origin = url;
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url, url);
    if (wellKnown(pathname, response)) return undefined;
    const [, issuer, endpoint] = pathname.split('/');
    if (endpoint === 'authorize') return authorize(issuer, Object.fromEntries(searchParams), response);
    if (endpoint === 'token' && request.method === 'POST') return tokenEndpoint(issuer, request, response);
    if (endpoint === 'revoke' && request.method === 'POST') return revoke(issuer, request, response);
    if (endpoint === 'grant' && request.method === 'DELETE') return endGrant(pathname, request, response);
    if (endpoint === 'sites') return answerJson(response, 200, SITES);
    record({ path: pathname, method: request.method, stray: true });
    return response.writeHead(404).end();
  };
}, heal);
