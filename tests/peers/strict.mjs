// A server that forgives nothing: a refresh token works once, and one that is sent again ends its family
// (RFC 9700 §4.14.2). A family begins with a sign-in, for which there is no page, with the word of a client that speaks
// for itself, or with the refresh token `seed-NAME`.
//
// AT_TTL: seconds an access token lives. TOKEN_DELAY: milliseconds until a refresh is answered.
// `POST /_peer/hold/STAGE` holds the next refresh: `unread` before the server acts on it, `acted` after, `half` in the
// middle of the answer; or, as `exchanged`, the next answer that begins a family. `POST /_peer/release` lets it go.
// `GET /ledger`: whether one is held, and of each family its newest access token, whether it has ended, and how often
// the refresh token of each generation was sent.
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerJson, readForm, serve } from './serve.mjs';

const codes = new Map();
const families = new Map();
const refreshTokens = new Map();
const refused = error_description => ({ status: 400, body: { error: 'invalid_grant', error_description } });
let origin;
let hold; // the stage, while no refresh has come to it
let letGo; // set while one is held

const metadata = () => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
});

function authorize(query, response) {
  const code = randomUUID();
  codes.set(code, query.code_challenge);
  const back = new URL(query.redirect_uri);
  back.searchParams.set('code', code);
  back.searchParams.set('state', query.state);
  response.writeHead(303, { location: back.href }).end();
}

/** The next generation of a family. */
function issue(family) {
  const refresh_token = `rt-${randomUUID()}`;
  refreshTokens.set(refresh_token, { family, generation: family.sent.push(0) - 1 });
  family.access_token = `at-${randomUUID()}`;
  const expires_in = Number(process.env.AT_TTL ?? 3600);
  return { status: 200, body: { access_token: family.access_token, token_type: 'Bearer', expires_in, refresh_token } };
}

function begin(name) {
  const family = { name, sent: [], ended: false };
  families.set(name, family);
  return issue(family);
}

function exchange(form) {
  if (form.grant_type === 'client_credentials') return begin(randomUUID());
  const challenge = createHash('sha256').update(form.code_verifier ?? '').digest('base64url');
  const asked = codes.get(form.code);
  codes.delete(form.code);
  return asked === challenge ? begin(randomUUID()) : refused('unknown code or wrong verifier');
}

function refresh(form) {
  const seed = /^seed-(.+)$/.exec(form.refresh_token)?.[1];
  if (seed && !families.has(seed)) return begin(seed);
  const known = refreshTokens.get(form.refresh_token);
  if (!known || known.family.ended) return refused('unknown refresh token, or its family has ended');
  if (known.spent) {
    known.family.ended = true;
    return refused('sent again: the family ends');
  }
  known.spent = true;
  return issue(known.family);
}

/** Waits when it is this stage's turn. */
async function stop(stage) {
  if (hold !== stage) return;
  hold = undefined;
  await new Promise(go => { letGo = go; });
  letGo = undefined;
}

async function token(request, response) {
  const form = await readForm(request);
  if (form.grant_type !== 'refresh_token') {
    const { status, body } = exchange(form);
    await stop('exchanged');
    return answerJson(response, status, body);
  }
  const known = refreshTokens.get(form.refresh_token);
  if (known) known.family.sent[known.generation] += 1;
  await stop('unread');
  // Whoever is gone by now was never heard.
  if (response.destroyed) return undefined;
  const { status, body } = refresh(form);
  if (process.env.TOKEN_DELAY) await sleep(Number(process.env.TOKEN_DELAY));
  await stop('acted');
  if (hold !== 'half') return answerJson(response, status, body);
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length });
  response.write(text.slice(0, text.length / 2));
  await stop('half');
  return response.end(text.slice(text.length / 2));
}

const control = command => {
  const [verb, stage] = command.split('/');
  if (verb === 'hold') hold = stage;
  if (verb === 'release') letGo?.();
  return verb === 'hold' || verb === 'release';
};

await serve(url => {
  origin = url;
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url, url);
    if (pathname === '/.well-known/oauth-authorization-server') return answerJson(response, 200, metadata());
    if (pathname === '/ledger') return answerJson(response, 200, { held: !!letGo, families: [...families.values()] });
    if (pathname === '/authorize') return authorize(Object.fromEntries(searchParams), response);
    // A client that dies while it sends is no reason to end.
    if (pathname === '/token') return token(request, response).catch(() => response.destroy());
    return response.writeHead(404).end();
  };
}, control);
