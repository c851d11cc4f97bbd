// A person with a browser, without the screen: cookies, redirects and plain HTML forms.
//
//   node browser.mjs URL [--deny] [--user NAME] [--follow] [--device]
//
// Signs in and consents (or refuses) until the server redirects away from itself, and prints that redirect.
// With --follow a redirect to loopback is opened too, and the text of the page is printed instead.
// With --device nothing redirects away: the walk ends at the first page without a form, whose text is printed.
import http from 'node:http';

const [start, ...flags] = process.argv.slice(2);
const option = name => (flags.includes(name) ? flags[flags.indexOf(name) + 1] : undefined);
const deny = flags.includes('--deny');
const user = option('--user') ?? 'ada';
const origin = new URL(start).origin;
const cookies = new Map();

/** One request. node:http and not fetch, which would mark every request as a script's. */
function send(url, form) {
  const body = form?.toString();
  const headers = { accept: 'text/html' };
  if (url.origin === origin && cookies.size) headers.cookie = [...cookies].map(pair => pair.join('=')).join('; ');
  if (body !== undefined) Object.assign(headers, { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) });
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: form ? 'POST' : 'GET', headers, agent: false, timeout: 60_000 });
    request.on('timeout', () => request.destroy(new Error(`${url.origin} did not answer`)));
    request.on('error', reject).end(body);
    request.on('response', async response => {
      let text = '';
      try { for await (const part of response.setEncoding('utf8')) text += part; } catch (error) { return reject(error); }
      for (const line of response.headers['set-cookie'] ?? []) keep(line);
      return resolve({ url, status: response.statusCode, location: response.headers.location, text });
    });
  });
}

function keep(line) {
  const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
  if (value === '' || /;\s*max-age=0/i.test(line)) cookies.delete(name);
  else cookies.set(name, value);
}

/** Follows redirects inside the server; the one that leaves it ends the walk as `{ final }`. */
async function open(url, form) {
  let page = await send(url, form);
  for (let hops = 0; page.location && page.status < 400; hops++) {
    if (hops > 10) throw new Error('too many redirects');
    const next = new URL(page.location, page.url);
    if (next.origin !== origin) return { final: page.location }; // to the letter
    page = await send(next);
  }
  return page;
}

const plain = text => text.replace(/<(style|script|title)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ')
  .replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_, e) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[e] ?? "'")
  .replace(/\s+/g, ' ').trim();
const attribute = (tag, name) => new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag)?.[1].replaceAll('&amp;', '&');

/** The page's first form as it would be sent, with the user name and password filled in. */
function fill(page) {
  const form = /<form\b[^>]*>[\s\S]*?<\/form>/i.exec(page.text)?.[0];
  if (!form) throw new Error(`no form at ${page.url.pathname} (HTTP ${page.status}): ${plain(page.text).slice(0, 300)}`);
  const data = new URLSearchParams();
  for (const [field] of form.matchAll(/<input\b[^>]*>/gi)) {
    const name = attribute(field, 'name');
    if (name === 'login') data.set(name, user);
    else if (name === 'password') data.set(name, 'any');
    else if (name) data.append(name, attribute(field, 'value') ?? '');
  }
  return [new URL(attribute(form, 'action') ?? '', page.url), data];
}

function refusal(page) {
  const link = [...page.text.matchAll(/<a\b[^>]*>([\s\S]*?)<\/a>/gi)].find(([, text]) => /cancel|deny/i.test(text));
  return link && new URL(attribute(link[0], 'href'), page.url);
}

async function walk() {
  let page = await open(new URL(start));
  for (let steps = 0; !page.final; steps++) {
    if (steps > 6) throw new Error(`no way past ${page.url.pathname}`);
    if (flags.includes('--device') && !/<form\b/i.test(page.text)) return plain(page.text);
    const away = deny && refusal(page);
    page = away ? await open(away) : await open(...fill(page));
    if (away && flags.includes('--device')) return plain(page.text);
  }
  return page.final;
}

try {
  const final = await walk();
  const isLoopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):/.test(final);
  console.log(flags.includes('--follow') && isLoopback ? plain((await send(new URL(final))).text) : final);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
