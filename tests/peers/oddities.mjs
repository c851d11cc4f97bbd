// What `odd.mjs` does instead of answering well, by name.
import { gzipSync } from 'node:zlib';
import { answerJson } from './serve.mjs';

const html = (response, status, type = 'text/html; charset=utf-8') => {
  response.writeHead(status, { 'content-type': type });
  response.end('<!doctype html><title>Hotel Wi-Fi</title><p>Please accept our terms to go online.');
};
const jsonHead = { 'content-type': 'application/json' };

/** Sends `part` again and again, every `interval` ms (0: as fast as it is taken), until the other side hangs up. */
function forever(response, part, interval) {
  const send = () => {
    if (response.destroyed) return;
    if (interval) response.write(part, () => setTimeout(send, interval).unref());
    else if (response.write(part)) setImmediate(send);
    else response.once('drain', send);
  };
  send();
}

/** A head that has no end. */
function head(response, part, interval) {
  response.socket.write('HTTP/1.1 200 OK\r\nx-endless: ');
  forever(response.socket, part, interval);
}

const day = 24 * 3600 * 1000;
const dated = distance => ({ response }) => {
  answerJson(response, 503, {}, { date: new Date(Date.now() + distance).toUTCString() });
};

const bomb = () => gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));

/** Answers that spoil any JSON endpoint. */
const anywhere = {
  'html-200': ({ response }) => html(response, 200),
  'html-as-json': ({ response }) => html(response, 200, 'application/json'),
  'server-500': ({ response }) => answerJson(response, 500, { error: 'server_error' }),
  'unavailable-503': ({ response }) => html(response, 503),
  'never': () => {},
  'hang': ({ response }) => response.writeHead(200, { ...jsonHead, 'content-length': 512 }).flushHeaders(),
  'reset': ({ response }) => response.socket.resetAndDestroy(),
  'drip': ({ response }) => forever(response.writeHead(200, jsonHead), ' ', 300),
  'endless': ({ response }) => forever(response.writeHead(200, jsonHead), ' '.repeat(65536), 0),
  'bomb': ({ response }) => response.writeHead(200, { ...jsonHead, 'content-encoding': 'gzip' }).end(bomb()),
  'slow-head': ({ response }) => head(response, 'x', 300),
  'endless-head': ({ response }) => head(response, 'x'.repeat(65536), 0),
  'deep': ({ response }) => response.writeHead(200, jsonHead).end('{"a":'.repeat(150000)),
  'day-ahead': dated(day),
  'day-behind': dated(-day),
  'truncated': ({ response }) => {
    response.writeHead(200, { ...jsonHead, 'content-length': 512 });
    response.write('{"access_token":"at-trunc', () => response.socket.destroy());
  },
};

/** A good answer with one field changed. */
const changed = change => ({ response, act }) => {
  const { status, body } = act();
  if (status === 200) change(body);
  answerJson(response, status, body);
};

export const token = {
  ...anywhere,
  'empty-400': ({ response }) => response.writeHead(400).end(),
  'odd-403': ({ response }) => answerJson(response, 403, { error: 'account_suspended', error_description: 'Call us.' }),
  'invalid-grant': ({ response }) => answerJson(response, 400, { error: 'invalid_grant', error_description: 'ended by the user' }),
  'invalid-client': ({ response }) => answerJson(response, 401, { error: 'invalid_client' }),
  'rate-429': ({ response }) => answerJson(response, 429, { error: 'slow_down' }, { 'retry-after': '7' }),
  'redirect-307': ({ response }) => response.writeHead(307, { location: '/stolen/token' }).end(),
  'redirect-302': ({ response }) => response.writeHead(302, { location: '/stolen/token' }).end(),
  'redirect-metadata': ({ response }) => response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
  'redirect-file': ({ response }) => response.writeHead(307, { location: 'file:///etc/passwd' }).end(),
  'redirect-back': ({ response }) => response.writeHead(308, { location: 'token' }).end(),
  // The refresh token that was sent is spent by them.
  'wrong-access-token': changed(body => { body.access_token = { value: 'at' }; }),
  'wrong-token-type': changed(body => { body.token_type = 7; }),
  'wrong-expires-in': changed(body => { body.expires_in = -1; }),
  'wrong-error': ({ response }) => answerJson(response, 400, { error: { code: 7 }, error_description: [] }),
  // Nothing of it is needed: it counts as absent.
  'odd-fields': changed(body => Object.assign(body, { expires_in: { seconds: 3600 }, scope: 7, id_token: [] })),
  // Acts, so that the refresh token is spent, and the answer is lost on the way.
  'lost': ({ response, act }) => { act(); response.socket.resetAndDestroy(); },
  'lower-bearer': changed(body => { body.token_type = 'bearer'; }),
  'no-expires': changed(body => { delete body.expires_in; }),
  'text-expires': changed(body => { body.expires_in = '3600'; }),
  'odd-type': changed(body => { body.token_type = 'mac'; }),
  'no-access-token': changed(body => { delete body.access_token; }),
  'no-refresh-at-all': changed(body => { delete body.refresh_token; }),
  'rude-words': ({ response }) => answerJson(response, 400, {
    error: 'invalid_request', error_description: `\u001b[2J\u202e\n<b>${'very '.repeat(2000)}rude`,
  }),
  'echo': ({ response, form }) => answerJson(response, 400, {
    error: 'invalid_request', error_description: JSON.stringify(form),
  }),
  // The refresh token that was sent stays the good one (RFC 6749 §6).
  'no-refresh': ({ response, act, keepSent, stage }) => {
    const { status, body } = act();
    if (stage === 'refresh' && status === 200) { keepSent(body.refresh_token); delete body.refresh_token; }
    answerJson(response, status, body);
  },
  // Like GitHub: errors have status 200, tokens never end, scopes are separated by commas.
  'github': ({ response, act }) => {
    const { status, body } = act();
    if (status !== 200) return answerJson(response, 200, { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' });
    return answerJson(response, 200, { access_token: body.access_token, token_type: 'bearer', scope: body.scope.replaceAll(' ', ',') });
  },
  'github-error': ({ response }) => answerJson(response, 200, { error: 'bad_refresh_token', error_description: 'The refresh token passed is incorrect or expired.' }),
  // Like Slack: the user's token is nested when a code is exchanged, and not when it is refreshed.
  'slack': ({ response, act, stage }) => {
    const { status, body } = act();
    if (status !== 200) answerJson(response, 200, { ok: false, error: 'invalid_refresh_token' });
    else if (stage === 'refresh') answerJson(response, 200, { ok: true, ...body, token_type: 'user' });
    else answerJson(response, 200, { ok: true, app_id: 'A1', authed_user: { id: 'U1', ...body, token_type: 'user' } });
  },
};

export const discovery = {
  ...anywhere,
  'other-issuer': ({ response, document }) => answerJson(response, 200, { ...document, issuer: 'https://evil.example' }),
  'slash-issuer': ({ response, document }) => answerJson(response, 200, { ...document, issuer: `${document.issuer}/` }),
  'redirect': ({ response }) => response.writeHead(302, { location: '/stolen/metadata' }).end(),
  'openid-only': ({ response, document, place }) =>
    (place === 'openid' ? answerJson(response, 200, document) : response.writeHead(404).end()),
  'absent': ({ response }) => response.writeHead(404).end(),
  'incomplete': ({ response, document }) => answerJson(response, 200, { ...document, token_endpoint: undefined }),
  'plain-http': ({ response, document }) => answerJson(response, 200, { ...document, token_endpoint: 'http://example.com/token' }),
  'array': ({ response }) => answerJson(response, 200, []),
};

export const revocation = {
  ...anywhere,
  'unsupported': ({ response }) => answerJson(response, 400, { error: 'unsupported_token_type' }),
  'invalid-client': ({ response }) => answerJson(response, 401, { error: 'invalid_client' }),
};
