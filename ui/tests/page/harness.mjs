// Serves the built fake page under the app's own policy and opens it in a real Chromium.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { it as once } from 'node:test';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../../dist-fake', import.meta.url));
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** The app's policy; `ipc:` means nothing to a plain browser and nothing else may be reached either. */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src ipc: http://ipc.localhost; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

export async function serve() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const file = normalize(join(root, pathname === '/' ? 'index.html' : pathname));
    try {
      if (!file.startsWith(root)) throw new Error('outside');
      const body = await readFile(file);
      response.writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': POLICY,
        'cache-control': 'no-store',
      });
      response.end(body);
    } catch {
      response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS.split(' ') });

/**
 * A test that runs once more when it fails: beside other work one wait in some thousand is too short for a real browser.
 * Its first failure is told, and counted by `cargo xtask test`.
 */
export const it = (name, body) =>
  once(name, async (test) => {
    try {
      await body(test);
    } catch (error) {
      test.diagnostic(`flaky: ${name}: ${error?.stack ?? error}`);
      await closeAll();
      await body(test).finally(closeAll);
    }
  });

/** What a test that failed left open: a page lives on, and slows the others down. */
const opened = new Set();
const closeAll = () => Promise.all([...opened].map((context) => context.close()));

/** One server and one browser for a file of tests; every page is watched for errors and breaches of the policy. */
export async function stage() {
  const [server, browser] = await Promise.all([serve(), launch()]);
  return {
    async open(scene, { query = '', clock = false, ...context } = {}) {
      // What turns for ever is painted for ever, in software.
      const calm = { colorScheme: 'light', reducedMotion: 'reduce' };
      const looks = { viewport: { width: 1100, height: 720 }, ...calm, ...context };
      const within = await browser.newContext(looks);
      opened.add(within.once('close', () => opened.delete(within)));
      const page = await within.newPage();
      const faults = [];
      page.on('console', (message) => ['error', 'warning'].includes(message.type()) && faults.push(message.text()));
      page.on('pageerror', (error) => faults.push(String(error)));
      page.setDefaultTimeout(15_000);
      // As the app does; a library that patches prototypes would break here.
      await page.addInitScript(() => Object.freeze(Object.prototype));
      // `true`: a clock that tests move; an instant: where it begins.
      if (clock) await page.clock.install(clock === true ? {} : { time: clock });
      await page.goto(`${server.origin}/?fake=${scene}${query}`);
      await page.waitForSelector('main');
      return {
        page,
        async close() {
          await within.close();
          if (faults.length > 0) throw new Error(`the page complained:\n${faults.join('\n')}`);
        },
      };
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}
