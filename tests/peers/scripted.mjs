// A server that keeps to no RFC at its token endpoint, made for scripts: JSON of its own words goes in, JSON of its own
// words comes out. `/authorize` agrees at once. `/token` takes a code or a renewal; `/me` says who is connected.
// `/echo` sends back what it was sent, `/away?to=` redirects, `/hang` never answers.
import { randomBytes } from 'node:crypto';

import { answerJson, record, serve } from './serve.mjs';

const fresh = kind => `${kind}-${randomBytes(12).toString('hex')}`;
const sent = new Map();
const renewals = new Set();
const tokens = new Set();

/** New tokens, with the old renewal spent. */
function issue(spent) {
  renewals.delete(spent);
  const [token, renewal] = [fresh('tok'), fresh('ren')];
  tokens.add(token);
  renewals.add(renewal);
  record({ path: 'issued', answer: { access_token: token, refresh_token: renewal } });
  return { token, renewal };
}

function authorize(query, response) {
  const code = fresh('code');
  record({ path: '/authorize', answer: { code } });
  sent.set(code, { challenge: query.get('code_challenge'), callback: query.get('redirect_uri') });
  const back = new URL(query.get('redirect_uri'));
  back.search = new URLSearchParams({ code, state: query.get('state'), region: 'eu-north' });
  response.writeHead(302, { location: back.href }).end();
}

async function redeem(asked, tenant, response) {
  const known = sent.get(asked.authCode);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(asked.verifier ?? ''));
  const fits =
    known?.callback === asked.callback &&
    known.challenge === Buffer.from(digest).toString('base64url') &&
    asked.app === 'desktop' &&
    asked.key === 'shh-only-for-scripts+1' &&
    tenant === 'acme-north';
  if (!fits) return answerJson(response, 403, { error: 'not_agreed' });
  sent.delete(asked.authCode);
  const validUntil = new Date(Date.now() + 3600_000).toISOString();
  return answerJson(response, 200, { data: { ...issue(), validUntil } });
}

function renew(asked, response) {
  if (asked.action !== 'renew' || asked.app !== 'desktop' || !renewals.has(asked.renewal)) {
    return answerJson(response, 400, { error: 'invalid_grant' });
  }
  return answerJson(response, 200, { ...issue(asked.renewal), lifetime: 1800 });
}

await serve(
  () => async (request, response) => {
    const { pathname, searchParams: query } = new URL(request.url, 'http://peer');
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += part;
    const { authorization, 'content-type': type = '', 'x-tenant': tenant } = request.headers;
    const asked = type.includes('json') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text));
    record({ path: pathname, method: request.method, authorization, tenant, form: asked });
    switch (pathname) {
      case '/authorize':
        return authorize(query, response);
      case '/token':
        return asked.authCode ? redeem(asked, tenant, response) : renew(asked, response);
      case '/me':
        return tokens.has(authorization?.replace('Bearer ', ''))
          ? answerJson(response, 200, { id: 42, displayName: 'Ada Lovelace' })
          : answerJson(response, 401, {});
      case '/echo':
        return answerJson(response, 200, { said: asked, authorization });
      case '/away':
        return response.writeHead(302, { location: query.get('to') }).end();
      case '/hang':
        return undefined;
      default:
        return answerJson(response, 404, {});
    }
  },
  // `/_peer/forget`: no token is good any more.
  what => what === 'forget' && (tokens.clear(), renewals.clear(), true),
);
