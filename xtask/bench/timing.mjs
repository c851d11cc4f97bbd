// Loaded into the authorization server before it starts: notes when each request came and when its answer was out.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';

const now = () => performance.timeOrigin + performance.now();
const came = new WeakMap();
subscribe('http.server.request.start', ({ request }) => came.set(request, now()));
subscribe('http.server.response.finish', ({ request }) => {
  const line = { path: request.url.split('?')[0], from: came.get(request), to: now() };
  appendFileSync(process.env.TIMING_FILE, `${JSON.stringify(line)}\n`);
});
