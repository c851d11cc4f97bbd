// What the peers share: a free loopback port, the READY line, and a log that a test can ask for.
//
// PORT chooses a port (0 or absent: any free one). `--with-parent` ends the peer when its standard input
// closes, so that it cannot outlive the test that started it.
import http from 'node:http';

/** What happened, oldest first. `GET /_peer/log` answers it; tests count requests and look up the secrets used. */
const log = [];
export const record = entry => log.push({ at: Date.now(), ...entry });

/** Listens, lets `start(issuer)` build the handler for the address it got, and says READY. */
export async function serve(start, control = () => false) {
  let handler = (_, response) => response.writeHead(503).end();
  const server = http.createServer((request, response) => {
    const path = new URL(request.url, 'http://peer').pathname;
    if (path === '/_peer/log') return answerJson(response, 200, log);
    if (path.startsWith('/_peer/') && control(path.slice('/_peer/'.length))) return response.writeHead(204).end();
    return handler(request, response);
  });
  await new Promise((listening, failed) => {
    server.once('error', failed).listen(Number(process.env.PORT ?? 0), '127.0.0.1', listening);
  });
  const issuer = `http://127.0.0.1:${server.address().port}`;
  handler = await start(issuer);
  if (process.argv.includes('--with-parent')) process.stdin.on('end', () => process.exit()).resume();
  console.log('READY', issuer);
}

export function answerJson(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
  response.end(JSON.stringify(body));
}

export async function readForm(request) {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return Object.fromEntries(new URLSearchParams(text));
}
