// The AT Protocol: a data server that names its authorization server, which takes pushed requests only (RFC 9126) and
// gives tokens only to the key that proves itself with each request (RFC 9449), its newest nonce in the proof.
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import { record } from '../serve.mjs';
import { differs, some } from './wants.mjs';

const DID = 'did:plc:ada';
const REDIRECT_URI = 'http://127.0.0.1/callback';
const CLIENT = `http://localhost?${new URLSearchParams({ redirect_uri: REDIRECT_URI, scope: 'atproto' })}`;

const pushed = new Map();
const codes = new Map();
const grants = new Set();
const seen = new Set();
const nonces = { as: randomUUID(), pds: randomUUID() };

const digest = text => createHash('sha256').update(text).digest('base64url');
const parsed = part => JSON.parse(Buffer.from(part, 'base64url').toString());

class Refusal extends Error {
  constructor(error, why = error) {
    super(why);
    this.error = error;
  }
}

/** The thumbprint (RFC 7638) of the key that has proved itself for this request, and for no other. */
function proven({ headers, method, place }, server, token) {
  const proof = headers.dpop ?? '';
  const [head, claims, signature] = proof.split('.');
  if (!signature) throw new Refusal('invalid_dpop_proof', 'no proof');
  const { typ, alg, jwk } = parsed(head);
  const { htm, htu, ath, jti, iat, nonce } = parsed(claims);
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
  const signed = verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'));
  const wanted = { typ: 'dpop+jwt', alg: 'ES256', d: undefined, signed: true, htm: method, htu: place, ath: token && digest(token) };
  const why = differs(wanted, { typ, alg, d: jwk.d, signed, htm, htu, ath }, 'proof: ');
  if (why) throw new Refusal('invalid_dpop_proof', why);
  if (!jti || seen.has(jti) || Math.abs(Date.now() / 1000 - iat) > 60) throw new Refusal('invalid_dpop_proof', 'not fresh');
  seen.add(jti);
  if (nonce !== nonces[server]) throw new Refusal('use_dpop_nonce');
  nonces[server] = randomUUID();
  const { crv, kty, x, y } = jwk;
  return digest(JSON.stringify({ crv, kty, x, y }));
}

function push(request) {
  const key = proven(request, 'as');
  const why = differs({
    client_id: CLIENT, redirect_uri: REDIRECT_URI, response_type: 'code', scope: 'atproto', state: some,
    code_challenge: some, code_challenge_method: 'S256', login_hint: 'ada.test',
  }, request.fields);
  if (why) throw new Refusal('invalid_request', why);
  const request_uri = `urn:ietf:params:oauth:request_uri:${randomUUID()}`;
  pushed.set(request_uri, { ...request.fields, key });
  return [201, { request_uri, expires_in: 60 }];
}

function authorize({ query, base }, response) {
  const asked = pushed.get(query.request_uri);
  if (!asked || differs({ client_id: CLIENT, request_uri: some }, query)) throw new Refusal('invalid_request', 'not pushed');
  pushed.delete(query.request_uri);
  const code = `code-${randomUUID()}`;
  codes.set(code, asked);
  const back = new URLSearchParams({ code, state: asked.state, iss: `${base}/as` });
  return response.writeHead(303, { location: `${REDIRECT_URI}?${back}` }).end();
}

function token(request) {
  const key = proven(request, 'as');
  const { fields } = request;
  const asked = codes.get(fields.code);
  const known = [...grants].find(({ refresh }) => refresh === fields.refresh_token);
  const grant = asked ? { key: asked.key } : known;
  if (!grant || grant.key !== key) throw new Refusal('invalid_grant', grant ? 'another key' : 'unknown code or refresh token');
  const why = differs(asked ? {
    grant_type: 'authorization_code', code: some, redirect_uri: REDIRECT_URI, client_id: CLIENT,
    code_verifier: verifier => digest(verifier) === asked.code_challenge,
  } : { grant_type: 'refresh_token', refresh_token: some, client_id: CLIENT }, fields);
  if (why) throw new Refusal('invalid_request', why);
  codes.delete(fields.code);
  grants.add(grant);
  Object.assign(grant, { access: `bluesky-${randomUUID()}`, refresh: `bluesky-rt-${randomUUID()}` });
  return [200, { access_token: grant.access, token_type: 'DPoP', expires_in: 3600, refresh_token: grant.refresh, scope: 'atproto', sub: DID }];
}

function revoke(request) {
  const key = proven(request, 'as');
  const grant = [...grants].find(({ access, refresh }) => [access, refresh].includes(request.fields.token));
  if (grant && grant.key !== key) throw new Refusal('invalid_grant', 'another key');
  grants.delete(grant);
  return [200, {}];
}

/** Says which token it was asked with. */
function whoami(request) {
  const access = request.headers.authorization?.replace(/^DPoP /, '');
  const grant = [...grants].find(grant => grant.access === access);
  if (!grant) throw new Refusal('invalid_token', `no living token in ${request.headers.authorization}`);
  if (proven(request, 'pds', access) !== grant.key) throw new Refusal('invalid_token', 'another key');
  return [200, { did: DID, token: access }];
}

const routes = { 'POST /as/par': push, 'GET /as/authorize': authorize, 'POST /as/token': token, 'POST /as/revoke': revoke, 'GET /xrpc/whoami': whoami };

/** Answers as the servers do; a refusal of an API is a challenge (RFC 9449 §7.1). */
function answer(request, response, origin) {
  const base = `${origin}/bluesky`;
  const ofApi = request.path.startsWith('/xrpc/');
  const server = ofApi ? 'pds' : 'as';
  const line = { path: `/bluesky${request.path.replace('/as/', '/')}`, query: request.query, form: request.fields };
  const send = (status, body, headers = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', 'dpop-nonce': nonces[server], ...headers });
    response.end(JSON.stringify(body));
  };
  try {
    const route = routes[`${request.method} ${request.path}`];
    if (!route) throw new Refusal('invalid_request', 'nothing here');
    const answered = route({ ...request, base, place: base + request.path }, response);
    record(line);
    if (Array.isArray(answered)) send(...answered);
  } catch (refusal) {
    const { error = 'server_error', message } = refusal;
    record({ ...line, why: message });
    if (ofApi) send(401, { error }, { 'www-authenticate': `DPoP error="${error}"` });
    else send(400, { error, error_description: message });
  }
}

/** The documents of RFC 9728 and RFC 8414. */
function document(path, base) {
  if (path.startsWith('/.well-known/oauth-protected-resource/')) return { resource: base, authorization_servers: [`${base}/as`] };
  if (!path.startsWith('/.well-known/oauth-authorization-server/') || !path.endsWith('/as')) return undefined;
  return {
    issuer: `${base}/as`, authorization_endpoint: `${base}/as/authorize`, token_endpoint: `${base}/as/token`, revocation_endpoint: `${base}/as/revoke`,
    pushed_authorization_request_endpoint: `${base}/as/par`, require_pushed_authorization_requests: true,
    authorization_response_iss_parameter_supported: true, dpop_signing_alg_values_supported: ['ES256'],
  };
}

export const bluesky = { answer, document };
