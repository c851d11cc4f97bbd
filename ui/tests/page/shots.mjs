// Pictures of every view and state, to be looked at: target/shots/.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { stage } from './harness.mjs';

const folder = fileURLToPath(new URL('../../../target/shots/', import.meta.url));
await mkdir(folder, { recursive: true });

const sizes = { wide: [1280, 800], usual: [1000, 680], small: [480, 360] };
const row = (page, nth = 0) => page.locator('[data-row]').nth(nth);
const openRow = (nth) => async (page) => {
  await row(page, nth).focus();
  await page.keyboard.press('Enter');
};
const choose = (name) => async (page) => {
  await page.keyboard.press('Control+n');
  await page.getByRole('button', { name }).first().click();
  await page.waitForSelector('#client-id');
};

const scenes = {
  few: ['few'],
  'all-statuses': ['all-statuses'],
  full: ['full-1000'],
  compact: ['full-60', null, '&density=compact'],
  empty: ['empty'],
  loading: ['loading'],
  broken: ['broken'],
  'vault-locked': ['vault-locked'],
  'vault-file': ['vault-file'],
  'vault-new': ['vault-new'],
  'vault-absent': ['vault-absent'],
  panel: ['few', openRow(3)],
  'panel-problem': ['few', openRow(0)],
  edit: [
    'few',
    async (page) => {
      await page.locator('[data-row]', { hasText: 'Google' }).focus();
      await page.keyboard.press('e');
      await page.waitForSelector('#client-id');
    },
  ],
  'edit-moved': [
    'few',
    async (page) => {
      await page.locator('[data-row]', { hasText: 'GitLab' }).focus();
      await page.keyboard.press('e');
      await page.getByLabel('Way back', { exact: true }).selectOption('loopback');
      await page.locator('.moved').scrollIntoViewIfNeeded();
    },
  ],
  'edit-fix': ['all-statuses', async (page) => page.getByRole('button', { name: /^Fix settings/ }).click()],
  waiting: ['waiting', openRow(0)],
  device: ['device', openRow(0)],
  'waiting-blocked': ['no-browser', async (page) => page.getByRole('button', { name: /^Connect:/ }).click()],
  copied: [
    'few',
    async (page) =>
      page
        .getByRole('button', { name: /^Copy token/ })
        .first()
        .click(),
  ],
  confirm: [
    'few',
    async (page) => {
      await row(page, 2).focus();
      await page.keyboard.press('d');
    },
  ],
  keys: ['few', async (page) => page.keyboard.press('?')],
  error: [
    'errors',
    async (page) =>
      page
        .getByRole('button', { name: /^Refresh:/ })
        .first()
        .click(),
  ],
  disconnected: [
    'few',
    async (page) => {
      await row(page, 2).focus();
      await page.keyboard.press('d');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
    },
  ],
  gallery: ['few', async (page) => page.keyboard.press('Control+n')],
  'gallery-url': [
    'few',
    async (page) => {
      await page.keyboard.press('Control+n');
      await page.fill('#provider-search', 'https://login.example.com');
    },
  ],
  'add-github': ['few', choose(/GitHub/)],
  'add-tried': [
    'few',
    async (page) => {
      await choose(/GitHub/)(page);
      await page.getByRole('button', { name: 'Add and connect' }).click();
    },
  ],
  settings: ['few', async (page) => page.keyboard.press('Control+,')],
};

const only = process.argv.slice(2);
const it = await stage();
for (const [name, [scene, act, query]] of Object.entries(scenes)) {
  if (only.length > 0 && !only.includes(name)) continue;
  for (const colorScheme of ['light', 'dark']) {
    for (const [size, [width, height]] of Object.entries(sizes)) {
      const { page, close } = await it.open(scene, { query, colorScheme, viewport: { width, height } });
      if (act) await act(page);
      await page.waitForTimeout(350);
      await page.screenshot({ path: `${folder}${name}-${colorScheme}-${size}.png` });
      await close();
    }
  }
}
await it.close();
