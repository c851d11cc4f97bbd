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

const own = async (page) => {
  await page.keyboard.press('Control+n');
  await page.getByRole('button', { name: 'Add your own provider' }).click();
  await page.getByRole('heading', { name: 'From nothing' }).waitFor();
};
const fromUrl = async (page) => {
  await own(page);
  await page.getByLabel('URL of the server').fill('https://login.acme.example');
  await page.getByRole('button', { name: 'Read its metadata' }).click();
  await page.getByText('No mistakes.').waitFor();
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
  'spec-start': ['few', own],
  'spec-start-problem': [
    'few',
    async (page) => {
      await own(page);
      await page.getByLabel('URL of the server').fill('https://html.example/');
      await page.getByRole('button', { name: 'Read its metadata' }).click();
      await page.getByRole('alert').waitFor();
    },
  ],
  'spec-empty': [
    'few',
    async (page) => {
      await own(page);
      await page.getByRole('button', { name: 'Start empty' }).click();
      await page.waitForTimeout(400);
    },
  ],
  'spec-findings': [
    'few',
    async (page) => {
      await fromUrl(page);
      const text = page.getByLabel('Provider file');
      await text.fill((await text.inputValue()).replace('token_endpoint', 'token_endpont') + 'odd = [\n[scopes\n');
      await page.locator('li button').first().waitFor();
      await page.getByRole('button', { name: 'Save' }).click();
    },
  ],
  'spec-checked': [
    'few',
    async (page) => {
      await fromUrl(page);
      await page.getByRole('button', { name: 'Check' }).click();
      await page.getByText('A sign-in can work').waitFor();
    },
  ],
  'spec-replaces': [
    'few',
    async (page) => {
      await fromUrl(page);
      const text = page.getByLabel('Provider file');
      await text.fill((await text.inputValue()).replace(/id = ".*"/, 'id = "github"'));
      await page.getByText('replaces the built-in').waitFor();
    },
  ],
  'spec-import': [
    'few',
    async (page) => {
      await own(page);
      await page
        .getByLabel('Document', { exact: true })
        .fill('authorizeUri: https://acme.example/a\nclientSecret: x\n');
      await page.getByRole('button', { name: 'Import' }).click();
      await page.getByText('Left out of the document').click();
    },
  ],
  'spec-leave': [
    'few',
    async (page) => {
      await fromUrl(page);
      await page.keyboard.press('Escape');
    },
  ],
  'own-page': ['few', choose(/GitLab/)],
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
