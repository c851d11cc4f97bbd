// An API that takes any token, and does what its path says. The log has every request that arrived.
// `/once`: 401 to the first token it sees. `/never`: always 401. `/redirect?to=URL&status=302`. `/loop`. `/body?kind=binary`,
// `/body?bytes=N`. `/hang`. Everything else answers 200.
import { answerJson, record, serve } from './serve.mjs';

let refused;

async function readBody(request) {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
}

function sendBody(query, response) {
  if (query.get('kind') === 'binary') {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    return response.end(Buffer.from([0xff, 0x00, 0xfe, 0x0a]));
  }
  response.writeHead(200, { 'content-type': 'text/plain', 'set-cookie': 'session=1', 'x-ratelimit-left': '9' });
  return response.end('x'.repeat(Number(query.get('bytes'))));
}

await serve(() => async (request, response) => {
  const { pathname, search, searchParams: query } = new URL(request.url, 'http://api');
  const { authorization } = request.headers;
  const body = await readBody(request);
  record({ path: pathname, search, method: request.method, headers: request.headers, authorization, body });
  const unauthorized = () =>
    answerJson(response, 401, { error: 'no' }, { 'www-authenticate': 'Bearer error="invalid_token"' });
  switch (pathname.split('/').pop()) {
    case 'once':
      refused ??= authorization;
      return refused === authorization ? unauthorized() : answerJson(response, 200, { ok: true });
    case 'never':
      return unauthorized();
    case 'redirect':
      return response.writeHead(Number(query.get('status') ?? 302), { location: query.get('to') }).end();
    case 'loop':
      return response.writeHead(302, { location: '/loop' }).end();
    case 'body':
      return sendBody(query, response);
    case 'hang':
      return undefined;
    default:
      return answerJson(response, query.get('status') ?? 200, { path: pathname });
  }
});
