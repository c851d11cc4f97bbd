// axe-core finds nothing: light, dark and forced colours, every status, 0, 1, 50 and 1,000 rows, 480 × 360, 200 % text.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import axe from '@axe-core/playwright';

import { stage } from './harness.mjs';

const AxeBuilder = axe.default ?? axe;
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const looks = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'forced colours': { forcedColors: 'active' },
};
const open = (nth) => async (page) => {
  await page.locator('[data-row]').nth(nth).focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('aside');
};
const github = async (page) => {
  await page.keyboard.press('Control+n');
  await page.getByRole('button', { name: 'GitHub', exact: true }).click();
  await page.getByRole('button', { name: 'Add and connect' }).click();
  await page.locator('.error').first().waitFor();
};
const own = async (page) => {
  await page.keyboard.press('Control+n');
  await page.getByRole('button', { name: 'Add your own provider' }).click();
  await page.getByRole('heading', { name: 'From nothing' }).waitFor();
};
const fromUrl = async (page) => {
  await own(page);
  await page.getByLabel('URL of the server').fill('https://login.acme.example');
  await page.keyboard.press('Enter');
  await page.getByText('No mistakes.').waitFor();
};
const scenes = {
  'no rows': ['empty'],
  'one row': ['one'],
  '50 rows': ['full-50'],
  '1,000 rows': ['full-1000'],
  'every status': ['all-statuses'],
  'a panel': ['all-statuses', open(9)],
  'a problem': ['all-statuses', open(2)],
  'the waiting panel': ['no-browser', (page) => page.getByRole('button', { name: /^Connect:/ }).click()],
  'a test request': [
    'few',
    async (page) => {
      await page.locator('[data-row]', { hasText: 'Google' }).click();
      await page.locator('aside summary', { hasText: 'Test request' }).click();
      await page.getByLabel('Address').fill('https://api.example/me');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByRole('region', { name: 'Answer' }).waitFor();
    },
  ],
  'endpoints by hand': [
    'few',
    async (page) => {
      await page.keyboard.press('Control+n');
      await page.locator('#provider-search').fill('https://html.example/');
      await page.keyboard.press('Enter');
      await page.getByText('Give the endpoints by hand').click();
    },
  ],
  'a notice': ['errors', (page) => page.getByRole('button', { name: 'Refresh: Discord mirror' }).click()],
  'a copied token': [
    'few',
    (page) =>
      page
        .getByRole('button', { name: /^Copy token/ })
        .first()
        .click(),
  ],
  'a question': [
    'few',
    async (page) => {
      await page.locator('[data-row]').nth(2).focus();
      await page.keyboard.press('d');
    },
  ],
  'the keys': ['few', (page) => page.keyboard.press('?')],
  'a code to enter': ['device', (page) => page.locator('[data-row]').first().click()],
  'the gallery': ['few', (page) => page.keyboard.press('Control+n')],
  'a form with mistakes': ['few', github],
  'the settings of a connection': [
    'few',
    async (page) => {
      await page.locator('[data-row]', { hasText: 'GitLab' }).focus();
      await page.keyboard.press('e');
      await page.getByLabel('Way back', { exact: true }).selectOption('loopback');
      await page.locator('.moved').waitFor();
    },
  ],
  'the ways to begin a provider file': [
    'few',
    async (page) => {
      await own(page);
      await page.getByLabel('URL of the server').fill('https://html.example/');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
    },
  ],
  'a provider file with mistakes': [
    'few',
    async (page) => {
      await own(page);
      await page.getByRole('button', { name: 'Start empty' }).click();
      await page.getByText('2 mistakes').waitFor();
      await page.keyboard.press('Control+s');
      await page.getByRole('alert').waitFor();
    },
  ],
  'a provider file that was tried': [
    'few',
    async (page) => {
      await fromUrl(page);
      const text = page.getByLabel('Provider file');
      await text.fill(`${(await text.inputValue()).replace(/id = ".*"/, 'id = "github"')}# down\n`);
      await page.getByText('replaces the built-in').waitFor();
      await page.getByRole('button', { name: 'Check' }).click();
      await page.getByText('1 check failed.').waitFor();
    },
  ],
  'an imported provider file': [
    'few',
    async (page) => {
      await own(page);
      await page.getByLabel('Document', { exact: true }).fill('authorizeUri: https://acme.example/a\nclientSecret: x');
      await page.getByRole('button', { name: 'Import' }).click();
      await page.getByText('Left out of the document').click();
    },
  ],
  'leaving a provider file': [
    'few',
    async (page) => {
      await fromUrl(page);
      await page.keyboard.press('Escape');
      await page.getByRole('alertdialog').waitFor();
    },
  ],
  settings: ['few', (page) => page.keyboard.press('Control+,')],
  'a locked file': ['vault-file'],
  'a new file': ['vault-new'],
};
// What a desktop's text size setting does to a page whose every length is in rem.
const text = (size) => (page) =>
  page.evaluate((size) => document.documentElement.style.setProperty('font-size', size), size);
const sizes = {
  usual: () => undefined,
  'a small window': (page) => page.setViewportSize({ width: 480, height: 360 }),
  'a small window with 200 % text': text('200%'),
  '200 % text': (page) => page.setViewportSize({ width: 1100, height: 720 }),
};

let it_;
before(async () => (it_ = await stage()));
after(() => it_.close());

for (const [look, context] of Object.entries(looks)) {
  describe(look, () => {
    for (const [name, [scene, act]] of Object.entries(scenes)) {
      it(name, async () => {
        const { page, close } = await it_.open(scene, context);
        if (act) await act(page);
        for (const [size, become] of Object.entries(sizes)) {
          // Colours do not change with size: the sizes are walked in light.
          if (look !== 'light' && size !== 'usual') continue;
          await become(page);
          await page.waitForTimeout(150);
          const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
          const found = violations.map(
            (v) => `${size}: ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join('\n  ')}`,
          );
          assert.deepEqual(found, []);
          const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
          assert.ok(wide <= view, `${size}: the page scrolls sideways`);
        }
        await close();
      });
    }
  });
}
