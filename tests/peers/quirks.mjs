// A server that is as particular as the providers are: `http://127.0.0.1:PORT/slack` demands what Slack demands,
// answers as Slack answers, and refuses as Slack refuses. One parameter, header or field that is missing, wrong or too
// much is a refusal, so a sign-in succeeds only with every deviation of the provider's file. What each provider wants is
// in `quirks/`. There is no sign-in page: the redirect comes at once.
//
// `POST /_peer/forget/ACCESS_TOKEN` ends that grant, as a person does on the provider's page. The log tells why something
// was refused.
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { answerJson, record, serve } from './serve.mjs';
import { CLIENT, REDIRECT_URI, SECRET, basic, differs, encodedBasic, maybe, shaped, some } from './quirks/wants.mjs';
import { bluesky } from './quirks/bluesky.mjs';
import { leisure } from './quirks/leisure.mjs';
import { money } from './quirks/money.mjs';
import { people } from './quirks/people.mjs';
import { tools } from './quirks/tools.mjs';
import { work } from './quirks/work.mjs';

const providers = { bluesky, ...leisure, ...money, ...people, ...tools, ...work };
const codes = new Map();
const devices = new Map();
const grants = new Set();
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PUBLIC_KEY = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'quirks', alg: 'RS256', use: 'sig' };
let origin;

const hash = (text, encoding) => createHash('sha256').update(text).digest(encoding);
/** The grant that one of these texts names by a token, wherever it stands. */
const grantIn = text => [...grants].find(({ access, refresh }) => text.includes(access) || (refresh && text.includes(refresh)));

function authorize(provider, query, response) {
  const { name, scope, pkce = 'S256', openid } = provider;
  const { path: _, offline = {}, ...shape } = provider.authorize;
  const standard = {
    response_type: 'code', client_id: CLIENT, redirect_uri: REDIRECT_URI, scope, state: some,
    code_challenge: pkce ? some : undefined, code_challenge_method: pkce === 'hex' ? 'S256' : pkce || undefined,
    nonce: openid ? some : undefined,
  };
  const offlineAsked = !differs(offline, Object.fromEntries(Object.keys(offline).map(key => [key, query[key]])));
  const allowed = Object.fromEntries(Object.keys(offline).map(key => [key, maybe]));
  const why = differs({ ...shaped(standard, shape), ...allowed }, query);
  record({ path: `/${name}/authorize`, query, why });
  if (why) return answerJson(response, 400, { page: why });
  const code = `code-${randomUUID()}`;
  codes.set(code, { query, name, code, offline: offlineAsked });
  const back = new URL(REDIRECT_URI);
  const more = provider.back?.({ origin, code, state: query.state });
  for (const [key, value] of Object.entries({ code, state: query.state, ...more })) back.searchParams.set(key, value);
  return response.writeHead(303, { location: back.href + (provider.tail ?? '') }).end();
}

/** What the client may say of itself, for each way this provider takes. */
const proofs = {
  none: { form: { client_id: CLIENT } },
  post: { form: { client_id: CLIENT, client_secret: SECRET } },
  basic: { form: {}, authorization: encodedBasic() },
  verbatim: { form: {}, authorization: basic(CLIENT, SECRET) },
  empty: { form: {}, authorization: basic(CLIENT, '') },
  nothing: { form: {} },
};

/** Why this is not the token request the provider wants, or undefined. */
function refusal(provider, shape, standard, request) {
  const reasons = [shape.auth].flat().map(auth => {
    const { form, authorization } = proofs[auth];
    return differs(shaped({ ...standard, ...form }, shape), request.fields, `${auth}: `)
      ?? differs({ authorization, ...shape.headers }, { authorization: request.headers.authorization, ...request.named(shape.headers) });
  });
  const type = shape.body === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
  if (!request.headers['content-type']?.startsWith(type)) return `a body of the type ${request.headers['content-type']}`;
  return reasons.every(Boolean) ? reasons.join('; ') : undefined;
}

/** Why the code's exchange is not as this provider wants it. */
function exchangeRefusal(provider, asked, request) {
  const shape = { auth: 'post', ...provider.token };
  const encoding = provider.pkce === 'hex' ? 'hex' : 'base64url';
  const verified = verifier => hash(verifier ?? '', encoding) === asked.query.code_challenge;
  const standard = {
    grant_type: 'authorization_code', code: asked.code, redirect_uri: REDIRECT_URI,
    code_verifier: provider.pkce === null ? undefined : verified,
  };
  return provider.place?.(request) ?? refusal(provider, { ...shape, ...shape.with?.(asked) }, standard, request);
}

/** Why the refresh is not. */
function refreshRefusal(provider, grant, request) {
  const shape = { auth: 'post', ...provider.token, ...provider.refresh };
  if (request.path !== shape.path) return 'another place';
  const standard = { grant_type: 'refresh_token', refresh_token: grant.refresh };
  return provider.place?.(request) ?? refusal(provider, { ...shape, ...shape.with?.(grant.asked) }, standard, request) ?? provider.early;
}

function tokenRequest(provider, request, response) {
  const asked = [...codes.values()].find(({ code, name }) => name === provider.name && request.text.includes(code));
  const known = asked ? undefined : grantIn(request.text);
  let why = 'unknown code or refresh token';
  if (asked) why = exchangeRefusal(provider, asked, request);
  else if (known) why = refreshRefusal(provider, known, request);
  record({ path: `/${provider.name}/token`, form: request.fields, authorization: request.headers.authorization, why });
  if (why) {
    const error = asked ?? known ? 'invalid_request' : 'invalid_grant';
    return send(response, provider.refuse?.(why, asked ?? known) ?? [400, { error, error_description: why }]);
  }
  const grant = known ?? begin(provider, asked);
  const stage = asked ? 'code' : 'refresh';
  issue(provider, grant, stage);
  const standard = standardAnswer(provider, grant, stage);
  const body = provider.answer?.({ ...grant, standard, stage }) ?? standard;
  record({ path: `/${provider.name}/token#answer`, answer: body });
  if (provider.formUnlessAsked && !request.headers.accept?.includes('application/json')) {
    return response.writeHead(200, { 'content-type': 'application/x-www-form-urlencoded' }).end(new URLSearchParams(body).toString());
  }
  return send(response, [200, body]);
}

function begin(provider, asked) {
  codes.delete(asked.code);
  const grant = { asked };
  grants.add(grant);
  return grant;
}

/** A new access token; a new refresh token unless this provider keeps the old one. */
function issue({ name, refresh, keeps }, grant, stage) {
  grant.access = `${name}-${stage}-${randomUUID()}`;
  if (!refresh || (stage === 'code' && grant.asked.offline === false)) return;
  if (stage === 'code' || !keeps) grant.refresh = `${name}-rt-${randomUUID()}`;
}

function standardAnswer(provider, grant, stage) {
  const { scope, granted = scope, lifetime = 3600, keeps, openid } = provider;
  return {
    access_token: grant.access, token_type: 'Bearer', expires_in: lifetime ?? undefined, scope: granted ?? undefined,
    refresh_token: stage === 'refresh' && keeps ? undefined : grant.refresh,
    id_token: openid && stage === 'code' ? idToken(provider, grant) : undefined,
  };
}

function idToken({ name, openid }, grant) {
  const now = Math.floor(Date.now() / 1000);
  const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: `${origin}/${name}`, aud: CLIENT, sub: 'ada', nonce: grant.asked.query.nonce, iat: now, exp: now + 600, ...openid(`${origin}/${name}`) };
  const text = `${part({ alg: 'RS256', kid: 'quirks' })}.${part(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), keys.privateKey).toString('base64url')}`;
}

/** A client is registered by a request, for which nobody needs to sign in. */
function register(provider, request, response) {
  const { form, answer } = provider.register;
  const kind = { 'content-type': 'application/x-www-form-urlencoded' };
  const why = differs(kind, request.named(kind)) ?? differs(form, request.fields);
  record({ path: `/${provider.name}/register`, form: request.fields, why });
  return send(response, why ? [422, { error: why }] : [200, answer]);
}

/** RFC 8628 §3.1: a code that nobody needs to enter, because the person is quick. */
function deviceAuthorization(provider, request, response) {
  const { device, scope } = provider;
  const why = refusal(provider, { ...provider.token, ...device.ask }, { client_secret: maybe, scope }, request);
  record({ path: `/${provider.name}/device`, form: request.fields, why });
  if (why) return send(response, [400, { error: 'invalid_request', error_description: why }]);
  const code = `device-${randomUUID()}`;
  devices.set(code, { query: {}, name: provider.name, code, user_code: randomUUID().slice(0, 8), questions: 0 });
  const { user_code } = devices.get(code);
  return send(response, [200, { device_code: code, user_code, [device.page ?? 'verification_uri']: `${origin}/page`, expires_in: 600, interval: 1 }]);
}

/** RFC 8628 §3.4: the first question comes too early. */
function deviceToken(provider, asked, request, response) {
  const { device } = provider;
  const shape = { auth: 'post', ...provider.token, set: {}, ...device.token?.(asked) };
  const standard = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: asked.code };
  const why = request.path === (shape.path ?? provider.token.path) ? refusal(provider, shape, standard, request) : 'another place';
  record({ path: `/${provider.name}/token`, form: request.fields, why });
  if (why) return send(response, [401, { error: 'invalid_client', error_description: why }]);
  if (asked.questions++ === 0) return send(response, device.pending ?? [400, { error: 'authorization_pending' }]);
  devices.delete(asked.code);
  const grant = begin(provider, asked);
  issue(provider, grant, 'code');
  return send(response, [200, standardAnswer(provider, grant, 'code')]);
}

/** Why this is not the request a provider wants at its own endpoint, or undefined. A bearer token unless it says else. */
function otherRefusal({ headers = {}, query = {}, form, json }, grant, request) {
  const wanted = { authorization: `Bearer ${grant.access}`, 'content-type': undefined, ...headers };
  if (json) wanted['content-type'] = 'application/json';
  if (form) wanted['content-type'] = 'application/x-www-form-urlencoded';
  return differs(wanted, request.named(wanted)) ?? differs(query, request.query) ?? differs(json ?? form ?? {}, request.fields);
}

/** Everything but the endpoints of the RFCs: who am I, tenants, revocation, renewal. */
function otherRequest(provider, request, response) {
  const grant = grantIn(decodeURIComponent(request.url) + JSON.stringify(request.headers) + request.text);
  const here = grant ? provider.requests?.(grant) ?? [] : [];
  const wants = here.filter(({ method = 'GET', path }) => method === request.method && path === request.path);
  const reasons = wants.map(want => otherRefusal(want, grant, request));
  const fitting = wants[reasons.indexOf(undefined)];
  const why = fitting ? undefined : reasons[0] ?? (grant ? `nothing at ${request.method} ${request.path}` : 'no living token');
  record({ path: `/${provider.name}${request.path}`, method: request.method, query: request.query, form: request.fields, why });
  if (!fitting) return send(response, provider.refuse?.(why, grant) ?? [401, { error: 'invalid_token', error_description: why }]);
  if (fitting.ends) grants.delete(grant);
  if (fitting.renews) issue(provider, grant, 'refresh');
  return send(response, typeof fitting.answer === 'function' ? fitting.answer(grant) : fitting.answer ?? [200]);
}

/** RFC 7009: a token nobody knows is a success. */
function revoke(provider, request, response) {
  const shape = { auth: 'post', ...provider.token, body: 'form', set: {}, omit: [], with: undefined, ...provider.revoke };
  const why = refusal(provider, shape, { token: some, token_type_hint: maybe }, request);
  const grant = grantIn(request.text);
  record({ path: `/${provider.name}/revoke`, form: request.fields, why });
  if (why) return send(response, [401, { error: 'invalid_client', error_description: why }]);
  if (grant) grants.delete(grant);
  return response.writeHead(200).end();
}

const send = (response, [status, body]) => (body === undefined ? response.writeHead(status).end() : answerJson(response, status, body));

/** `/.well-known/…` before or behind an issuer's path, and the keys. */
function wellKnown(path, response) {
  const found = /^\/([\w-]+)(?:\/.*)?\/\.well-known\/openid[-_]configuration$/.exec(path) ?? /^\/\.well-known\/\w[\w-]*\/([\w-]+)/.exec(path);
  const provider = providers[found?.[1]];
  const base = `${origin}/${found?.[1]}`;
  const document = provider?.document?.(path, base);
  if (document) answerJson(response, 200, document);
  if (provider?.openid) {
    const { iss } = { iss: base, ...provider.openid(base) };
    answerJson(response, 200, {
      issuer: iss, jwks_uri: `${base}/jwks`, authorization_endpoint: base + provider.authorize.path, token_endpoint: base + provider.token.path,
    });
  }
  return Boolean(document ?? provider?.openid);
}

async function read(request) {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  const url = new URL(request.url, origin);
  const [, name, ...rest] = url.pathname.split('/');
  const json = request.headers['content-type'] === 'application/json';
  return {
    name, text, method: request.method, url: request.url, headers: request.headers, path: `/${rest.join('/')}`,
    query: Object.fromEntries(url.searchParams), fields: json ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text)),
    named: wanted => Object.fromEntries(Object.keys(wanted ?? {}).map(key => [key, request.headers[key]])),
  };
}

const forget = command => {
  const [verb, token] = command.split('/');
  if (verb === 'forget') grants.delete(grantIn(token));
  return verb === 'forget';
};

async function answer(incoming, response) {
  if (wellKnown(new URL(incoming.url, origin).pathname, response)) return undefined;
  const request = await read(incoming);
  const provider = providers[request.name];
  if (!provider) return send(response, [404, {}]);
  if (provider.answer && provider.document) return provider.answer(request, response, origin);
  provider.name = request.name;
  const { method, path, text } = request;
  if (method === 'GET' && /\/(jwks|keys|certs)$/.test(path)) return send(response, [200, { keys: [PUBLIC_KEY] }]);
  if (method === 'GET' && path === provider.authorize?.path) return authorize(provider, request.query, response);
  if (method !== 'POST') return otherRequest(provider, request, response);
  const device = [...devices.values()].find(({ code, name }) => name === request.name && text.includes(code));
  if (device) return deviceToken(provider, device, request, response);
  if (path === provider.device?.path) return deviceAuthorization(provider, request, response);
  if ([provider.token.path, provider.refresh?.path].includes(path)) return tokenRequest(provider, request, response);
  if (path === provider.register?.path) return register(provider, request, response);
  if (path === provider.revoke?.path) return revoke(provider, request, response);
  return otherRequest(provider, request, response);
}

await serve(url => {
  origin = url;
  return (incoming, response) => answer(incoming, response).catch(error => send(response, [400, { error: String(error) }]));
}, forget);
