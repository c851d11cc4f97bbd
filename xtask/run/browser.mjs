// The session's system browser: a real Chromium that a tireless person sits at.
//
//   node browser.mjs URL
//
// Signs in with any name and password, consents, and leaves the redirect to the desktop, as a browser does.
// BROWSER_SHOTS: a folder for pictures of what the person saw.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from '../../ui/node_modules/playwright-core/index.mjs';

const [url] = process.argv.slice(2);
const shots = process.env.BROWSER_SHOTS;
const profile = await mkdtemp(join(tmpdir(), 'tokenrack-browser-'));

// What "Always allow this site to open links of this type" leaves behind when a person ticks it.
const allowed = { [new URL(url).origin]: { 'dev.tokenrack.desktop': true } };
await mkdir(join(profile, 'Default'));
await writeFile(join(profile, 'Default/Preferences'), JSON.stringify({
  protocol_handler: { allowed_origin_protocol_pairs: allowed },
  credentials_enable_service: false, // no "Save password?" over the page
}));

const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: false,
  chromiumSandbox: process.getuid?.() !== 0, // Chromium has no sandbox for root
  args: ['--password-store=basic', '--window-position=120,60', '--window-size=900,680', '--test-type'],
  viewport: null,
});
try {
  const page = context.pages()[0] ?? (await context.newPage());
  let left = false;
  page.on('request', request => { left ||= request.url().startsWith('dev.tokenrack.desktop:'); });
  await page.goto(url);
  for (let pages = 0; !left && pages < 8; pages++) {
    const fields = page.locator('input[name=login], input[type=password]');
    if (shots) await page.screenshot({ path: join(shots, `browser-${pages + 1}.png`) });
    for (const field of await fields.all()) await field.fill('ada');
    const before = page.url();
    await page.locator('form [type=submit]').first().click();
    for (let waits = 0; !left && page.url() === before && waits < 100; waits++) await sleep(20);
    if (!left) await page.waitForLoadState();
  }
  if (!left) throw new Error(`no way past ${page.url()}`);
  await sleep(1500); // the desktop's handler is being started
} finally {
  await context.close();
  await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
