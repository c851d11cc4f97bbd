// What assistive technology is told of each view: the accessibility tree as text, in aria/. After a change that is
// meant, `TOKENRACK_BLESS=1 node --test tests/page/aria.test.mjs` writes the files anew.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';

import { it, stage } from './harness.mjs';
import { scenes } from './scenes.mjs';

let it_;
before(async () => (it_ = await stage()));
after(() => it_.close());

const noon = { clock: '2026-11-20T12:00:00Z', timezoneId: 'UTC' };
const look = ([scene, act], part = 'main') => ({ scene, act, part });
const search = async (page) => {
  await page.keyboard.press('Control+n');
  await page.locator('#provider-search').fill('git');
  await page.waitForFunction(() => !document.querySelector('main').textContent.includes('Dropbox'));
};
const ofOne = async (page) => {
  await scenes.activity[1](page);
  await page.getByLabel('Connection', { exact: true }).selectOption({ label: 'GitHub work' });
  await page.waitForFunction(() => document.querySelectorAll('main li').length === 7);
};

const views = {
  console: look(['few'], 'body'),
  panel: look(scenes.panel, 'aside'),
  waiting: look(scenes.waiting, 'aside'),
  gallery: look(['few', search]),
  form: look(scenes['add-github']),
  'provider-file': look(scenes['spec-start']),
  activity: look(['few', ofOne]),
  settings: look([
    'few',
    async (page) => {
      await scenes.settings[1](page);
      await page.getByText('GNOME Keyring / Secret Service: an item was written, read and deleted in 31 ms').waitFor();
      await page.getByText('tokenrack.db').waitFor();
    },
  ]),
  palette: look(scenes['palette-found'], 'dialog'),
  keys: look(scenes.keys, 'dialog'),
  question: look(scenes.confirm, 'dialog'),
  empty: look(scenes.empty),
};

/** Without what the seconds change. */
const still = (tree) =>
  tree
    .replace(/\b\d+:\d\d(:\d\d)?\b/g, '0:00')
    .replace(/\b\d+ (s|min|h|d)\b/g, '0 $1')
    .replace(/\bjust now\b/g, 'for 0 s');

describe('the accessibility tree', () => {
  for (const [name, { scene, act, part }] of Object.entries(views)) {
    it(`of ${name} is as it was agreed`, async () => {
      const { page, close } = await it_.open(scene, noon);
      await page.locator('main').first().waitFor();
      if (act) await act(page);
      await page.waitForTimeout(200);
      const tree = `${still(await page.locator(part).ariaSnapshot())}\n`;
      const file = new URL(`aria/${name}.yml`, import.meta.url);
      if (process.env.TOKENRACK_BLESS) await writeFile(file, tree);
      assert.equal(tree, await readFile(file, 'utf8').catch(() => ''), `${name} is not current`);
      await close();
    });
  }
});
